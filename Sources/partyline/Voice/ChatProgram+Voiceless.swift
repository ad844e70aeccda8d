#if !Voice
import ChatCore
import Webphone

/// A program that was built without voice: nothing is asked for, and nothing sounds.
extension ChatProgram {
    func perform(_ command: Voice.Command) {
        if case .keep(let preferences) = command { keep { $0.take(preferences) } }
    }

    func use(_ preferences: Voice.Preferences) {}

    func follow(_ report: PhoneReport) {}

    func pressed(_ keys: String, in call: CallID) -> Bool { false }
}
#endif
