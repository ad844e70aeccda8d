import Foundation
import Harness
import Testing

/// What is done more rarely, and depends on the exchange as well.
extension KamailioOffice {
    func callsNobody() throws {
        try ada.says("/call 4711")
        try ada.sees("4711 cannot be reached: nobody answers under 4711.")
    }

    /// A text that fits into no datagram; keys of a telephone; that somebody types.
    func saysMore() throws {
        try begin(ada, "bob", bob)
        try ada.says(String(repeating: "at length ", count: 180) + "and so on")
        try bob.sees("and so on")
        try bob.types("hm")
        try ada.sees("bob is typing")
        try bob.presses("C-u")
        try ada.says("/dtmf 159*0#D")
        try bob.sees("ada pressed 159*0#D.")
    }

    /// carol calls while ada has put bob on hold; he comes back when she has gone.
    func putsAside() throws {
        try ada.presses("C-o")
        try bob.sees("HOLD by them")
        try begin(carol, "ada", ada)
        try carol.presses("C-x")
        try ada.sees("Your chat with bob is back")
        try ada.says("/resume")
        // That it goes on was said of an earlier chat, too.
        try bob.nolongerSees("HOLD by them")
        try bob.presses("C-x")
        try ada.sees("bob hung up")
    }

    /// A request is sent on (302), and the caller follows.
    func sendsOn() throws {
        try ask("ada", carol)
        try ada.sees("carol, number")
        try ada.types("/forward bob")
        try ada.answersDialog("Enter")
        try carol.sees("ada sends you on to bob, ")
        try carol.answersDialog("Enter")
        try bob.sees("carol, number")
        try bob.answersDialog("Enter")
        for person in [carol, bob] { try person.sees("IN_CALL") }
        try carol.presses("C-x")
        try bob.sees("carol hung up")
    }

    /// Who is to be handed over stays, or is refused by the third one: the chat goes on.
    func handsOverInVain() throws {
        func waitsForTheEnd(times: Int) throws {
            try ada.waits(for: "the end of the transfer") {
                ada.screen.components(separatedBy: "carol was not connected with bob.").count == times + 1
            }
        }
        try begin(ada, "carol", carol)
        try ada.says("/transfer bob")
        try carol.sees("Transfer ─")
        try carol.answersDialog("Escape")
        try waitsForTheEnd(times: 1)
        try ada.says("/transfer bob")
        try carol.sees("Transfer ─")
        try carol.answersDialog("Enter")
        try bob.sees("carol, number")
        try bob.answersDialog("Escape")
        try waitsForTheEnd(times: 2)
        try carol.says("he does not want")
        try ada.sees("carol said: he does not want")
        try ada.presses("C-x")
        try carol.sees("ada hung up")
    }

    func blocks() throws {
        try ada.says("/block bob")
        try ada.sees("is blocked: requests and messages")
        try ask("ada", bob)
        try bob.sees("ada refused your chat request.")
        try ada.sees("bob, who is blocked, asked you for a chat and was refused.")
    }
}
