import Logging
import Webphone

extension Logger {
    /// What the phone says, a line each; texts of messages stay out of the log.
    func info(_ report: PhoneReport) {
        switch report {
        case .connection(let state): info("connection", metadata: ["state": "\(state)"])
        case .online(let party): info("online", metadata: ["number": "\(party.number)", "name": "\(party.name)"])
        case .offline(let party): info("offline", metadata: ["number": "\(party.number)", "name": "\(party.name)"])
        case .roster(let parties): info("roster", metadata: ["clients": "\(parties.count)"])
        case .incoming(let id, let party): info("incoming", metadata: ["call": "\(id)", "from": "\(party.number)"])
        case .call(let id, let state, let side):
            info("call", metadata: ["call": "\(id)", "state": "\(state)", "by": "\(side)"])
        case .party(let id, let party): info("party", metadata: ["call": "\(id)", "number": "\(party.number)"])
        case .message(let id, let party, let text):
            info("message", metadata: ["call": "\(id)", "from": "\(party.number)", "bytes": "\(text.utf8.count)"])
        case .delivery(let id, let delivery):
            info("delivery", metadata: ["message": "\(id.value)", "state": "\(delivery)"])
        case .note(let id, let note): info("note", metadata: ["call": "\(id)", "note": "\(note)"])
        case .transferAsked(let id, let party):
            info("transfer asked", metadata: ["call": "\(id)", "to": "\(party.number)"])
        case .typing(let id, let isTyping): debug("typing", metadata: ["call": "\(id)", "is": "\(isTyping)"])
        case .voiceAsked(let id, let isEncrypted):
            info("voice asked", metadata: ["call": "\(id)", "encrypted": "\(isEncrypted)"])
        case .voice(let id, let state): info("voice", metadata: ["call": "\(id)", "state": "\(state)"])
        case .turnedAway(let party, let why):
            info("turned away", metadata: ["number": "\(party.number)", "why": "\(why)"])
        case .connected(let endpoint):
            info("connected", metadata: ["to": "\(endpoint.host):\(endpoint.port)", "over": "\(endpoint.transport)"])
        case .untrusted(let server):
            warning(
                "untrusted",
                metadata: [
                    "server": "\(server.name)", "sha256": "\(server.fingerprint)",
                    "why": "\(server.doubts.joined(separator: " "))",
                ])
        case .fault(let words): warning("\(words)")
        }
    }
}
