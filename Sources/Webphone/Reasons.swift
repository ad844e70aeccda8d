import SIP

/// What happened, in words for people. The words of a peer or an exchange are not among them: they are chosen by
/// whoever runs it, so only the status counts.
package enum Reasons {
    package static let ownNumber = "That is your own number."
    package static let notConnected = "You are not connected to the exchange."
    package static let lost = "The connection to the exchange was lost."
    package static let newNumber = "The exchange gave you another number."
    package static let lostMessage = "The connection to the exchange was lost before the message was confirmed."
    package static let notPassedOn = "Whoever kept the message could not pass it on."
    package static let endedMessage = "The chat ended before the message was sent."
    package static let noCall = "You are in no chat."
    package static let notAccepted = "The chat request is not accepted yet."
    package static let noAnswerInTime = "No answer came in time."
    package static let disconnected = "You disconnected."
    package static let tooLarge = "It is too long for UDP, and the exchange does not take it over TCP."
    package static let tooManyCalls = "There are too many chats at once."
    package static let tooManyMessages = "Too many messages wait to be sent."
    package static let unreadableList = "The exchange sent a list of clients that is unreadable."
    package static let alreadyUsed = "That call exists already."

    package static let transferUnderWay = "A transfer of this chat is under way already."
    package static let noTransfer = "Nobody asks for this transfer any more."
    package static let noNumber = "That is neither a number nor an address such as user@host."

    package static func tooLong(by excess: Int, of limit: Int) -> String {
        "The text is \(excess) bytes longer than the \(limit) that one message holds."
    }

    /// Why the exchange does not tell who is online.
    package static func subscription(_ status: Int) -> String {
        "The exchange does not tell who is online: \(general(status))"
    }

    /// Who bears no name goes by the number alone.
    private static func reference(to party: Party) -> String {
        ["", party.number].contains(party.name) ? "Number \(party.number)" : "\(party.name) (\(party.number))"
    }

    /// A message of somebody with whom there is no chat.
    package static func outside(_ party: Party, _ text: String) -> String {
        "\(reference(to: party)) writes outside of a chat: \(text)"
    }

    /// A message that was taken and makes no sense.
    package static func unreadable(_ party: Party) -> String {
        "\(reference(to: party)) sent a message that is unreadable."
    }

    /// Why a registration was refused for good.
    package static func denial(_ status: Int, line: String, extension number: String? = nil) -> String {
        switch (status, number) {
        case (404, let number?):
            return "The exchange has no extension \(RemoteText.name(number, number: "?")) (404)."
        case (403, .some): return "The exchange does not let this extension in (403)."
        default: break
        }
        return switch status {
        case 401, 407: "The exchange asks for a password, and there is none."
        case 403: "The exchange does not let this name join (403)."
        case 404: "The exchange has no line named \(line) (404)."
        default: general(status)
        }
    }

    /// Which of several servers it was that denied access.
    package static func refuser(_ endpoint: Endpoint) -> String {
        "That was \(endpoint.host) port \(endpoint.port); the others are not asked."
    }

    /// Why nobody is let in with the number and the password that were given.
    package static func wrongPassword(_ status: Int) -> String {
        "The exchange does not accept this number with this password (\(status))."
    }

    /// Why a registration failed that may do better later.
    package static func registration(_ status: Int) -> String {
        switch status {
        case 480: "The line is full (480)."
        case 503: "The exchange takes nobody in for a while: too much to do, or too many wrong passwords (503)."
        default: general(status)
        }
    }

    package static func message(_ status: Int) -> String {
        switch status {
        case 404: "Nobody has this number (404)."
        case 408: noAnswerInTime
        case 413, 513: "The message is too long for the other side (\(status))."
        case 415: "The other side does not take text (415)."
        case 480: "The other side is not online (480)."
        case 481: "The other side has left the chat (481)."
        default: general(status)
        }
    }

    /// Why a call could not be set aside, or gone on with.
    package static func hold(_ status: Int?) -> String {
        switch status {
        case nil: "The other side did not answer."
        case 488: "The other side does not know how to be put on hold (488)."
        case 491: "The other side was changing the call at the same moment (491)."
        case .some(let status): general(status)
        }
    }

    /// Why there is no voice in a call.
    package static func voice(_ refusal: VoiceRefusal) -> String {
        switch refusal {
        case .declined: "The other side does not want to speak."
        case .unanswered: "The other side did not say whether it wants to speak."
        case .incompatible: "The two programs have no sound in common."
        case .unencrypted: "The other side does not take encrypted voice."
        case .unable(200), .unable(488), .unable(606): "The other side takes texts only, no voice."
        case .unable(486): "The other side has no voice to spare just now (486)."
        case .unable(let status): general(status)
        case .onHold: "The chat is on hold: there is no voice until it goes on."
        case .noSession: noCall
        }
    }

    /// Why the other side did not get through to whom we sent it.
    package static func transfer(_ status: Int) -> String {
        switch status {
        case 405, 420, 501: "The other side's program knows no transfer (\(status))."
        case 408: "Nobody answered (408)."
        case 481: "The call to take over does not exist any more (481)."
        case 487: "The call was taken back (487)."
        case 603: "Declined (603)."
        default: general(status)
        }
    }

    package static func general(_ status: Int) -> String {
        switch status {
        case 300..<400: "The other side has moved (\(status))."
        case 400: "The exchange did not understand the request (400)."
        case 401, 407: "A password is needed (\(status))."
        case 403: "The exchange does not allow it (403)."
        case 404: "Nobody has this number (404)."
        case 405, 501: "The other side does not support it (\(status))."
        case 408: noAnswerInTime
        case 415: "The other side does not take this kind of content (415)."
        case 429: "Too many requests (429)."
        case 480: "Nobody is there (480)."
        case 481: "The chat does not exist any more (481)."
        case 482, 483: "The exchange sends the request in circles (\(status))."
        case 486, 600: "Busy (\(status))."
        case 487: "The request was taken back (487)."
        case 488, 606: "The two programs have no way to talk in common (\(status))."
        case 500..<600: "The exchange or the other side has a fault (\(status))."
        case 603: "Declined (603)."
        default: "The answer was \(status)."
        }
    }

    package static func transport(_ failure: TransportFailure, host: String, port: UInt16) -> String {
        switch failure {
        case .refused: "Nobody answers at \(host) port \(port)."
        case .unknownHost(let name): "There is no host named \(RemoteText.name(name, number: host))."
        case .unreachable(let words): "\(host) is out of reach: \(RemoteText.name(words, number: "no reason given"))."
        case .timedOut: "\(host) port \(port) did not answer in time."
        case .closedByPeer: "The exchange closed the connection."
        case .keepAliveTimedOut: "The exchange does not answer any more."
        case .protocolViolation(let words):
            "The exchange does not speak SIP: \(RemoteText.name(words, number: "no reason given"))."
        case .closedLocally: "The connection was closed."
        case .untrusted(let certificate): untrusted(certificate)
        case .handshakeFailed(let words):
            "No encrypted connection to \(host) port \(port): \(RemoteText.name(words, number: "no reason given"))."
        }
    }
}
