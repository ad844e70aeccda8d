extension UserAgent {
    /// What the user agent tells the program above it. Names and texts are as the wire had them: whoever shows them
    /// filters them first.
    public enum Report: Equatable, Sendable {
        /// Granted, or refreshed. `identity` is the address we now speak as.
        case registered(identity: NameAddress, expires: Duration)
        /// No longer registered, and no further attempt follows by itself.
        case registrationFailed(Registration.Failure)
        /// The binding was removed, or nobody answered the request to remove it.
        case unregistered

        /// The state of what we watch, in full (RFC 6665 §4.1.3). The body may be empty.
        case notify(SubscriptionID, Subscription.Activity, Content?)
        /// The notifier had forgotten the subscription (481), and a new one is being made: it may have forgotten more.
        case subscriptionRestarted(SubscriptionID)
        /// No longer subscribed, and no further attempt follows by itself.
        case subscriptionEnded(SubscriptionID, Subscription.End)

        /// Somebody calls; answer with `ring`, `accept` or `reject`. The offer is nil when the INVITE had none.
        case incoming(SessionID, from: NameAddress, offer: SessionDescription?)
        /// A session's new state.
        case session(SessionID, SessionState)
        /// The exchange asserted who it is that answers (P-Asserted-Identity, RFC 3325).
        case peer(SessionID, NameAddress)
        /// The peer changed the session by re-INVITE, and it was answered; nil when it offered nothing.
        case modified(SessionID, offer: SessionDescription?)
        /// What became of `Command.renew`.
        case renewed(SessionID, accepted: Bool)

        /// Who has set the session aside now.
        case held(SessionID, byUs: Bool, byThem: Bool)
        /// The peer refused our hold or resume, or did not answer (nil): nothing has changed.
        case holdFailed(SessionID, status: Int?)
        /// Voice in the session: what the peer asks, and what came of it. The end of the session ends it too.
        case voice(SessionID, VoiceNews)
        /// What the peer says it takes: before the session is established where it says anything, and when it says
        /// otherwise. Messages to one that does not take them in the session (`takesMessages`) go outside of it.
        case capabilities(SessionID, PeerCapabilities)
        /// The peer asks us to call somebody else; answer with `invite(following:)` or `refuse`.
        case referred(ReferralID, in: SessionID, to: NameAddress, by: NameAddress?)
        /// How our own request to the peer, to call somebody else, goes.
        case transfer(SessionID, TransferProgress)
        /// Somebody took the place of the peer of a session (Replaces, RFC 3891): the new session is established, the
        /// old one ends.
        case replaced(SessionID, by: SessionID, from: NameAddress)
        /// Keys that the peer pressed.
        case dtmf(SessionID, String)

        /// A message that came in; the session is nil for one outside of any.
        case message(SessionID?, from: NameAddress, Content)
        /// What became of a message of ours.
        case messageResult(MessageToken, MessageResult)
        /// The final status of our OPTIONS, which whoever answers at all is alive by; nil when nobody did.
        case ping(PingToken, status: Int?)
    }

    /// What became of a message we sent.
    public enum MessageResult: Hashable, Sendable {
        /// The other side's program took it (2xx).
        case delivered
        /// Somebody between took it and will pass it on (202, RFC 3428 §7).
        case accepted
        /// It did not get there, or perhaps not.
        case failed(MessageFailure)
    }

    /// Why a message was not delivered, or may not have been.
    public enum MessageFailure: Hashable, Sendable {
        /// A final response of 300 or more.
        case refused(status: Int, reason: String)
        /// No answer (timer F); it may have arrived.
        case timedOut
        /// The flow broke; it may have arrived.
        case lost
        /// Longer than a datagram may be (RFC 3261 §18.1.1): nothing was sent, move to TCP and send it again.
        case tooLarge
        /// There is no such session, it is not established, or it ended before the message's turn came.
        case noSession
        /// More messages wait than `Limits.queuedMessages`.
        case overloaded
    }
}

/// What happened to voice in a session.
public enum VoiceNews: Hashable, Sendable {
    /// The peer wants to hear and to be heard, encrypted or plain. Of a session that is established: answer with
    /// `acceptVoice` or `refuseVoice`, within `UserAgent.voicePatience`. Of one that comes in: `accept` with voice or
    /// without.
    case asked(isEncrypted: Bool)
    /// The peer took its question back, or nobody answered it in time.
    case withdrawn
    /// It begins, or something of it is otherwise from now on.
    case agreed(AudioStream)
    /// There is none, or there will be none.
    case refused(VoiceRefusal)
    /// It is over; the session goes on.
    case ended(by: SessionEnd.Side)
}

/// Why there is no voice.
public enum VoiceRefusal: Hashable, Sendable {
    /// The peer's person said no.
    case declined
    /// The peer's person said nothing in time.
    case unanswered
    /// The two programs understand no common sound.
    case incompatible
    /// The peer refused what we offered encrypted, and plain was not allowed: it may be offered again with another
    /// `SRTPPolicy`, if our person wants that.
    case unencrypted
    /// The peer's program knows no voice, or has none to spare: it answered that none is to flow, or with this final status.
    case unable(status: Int)
    /// The session is set aside.
    case onHold
    /// There is no such session, or it is not established.
    case noSession
}

/// What a peer says it takes; empty where it says nothing.
public struct PeerCapabilities: Hashable, Sendable {
    /// Allow (RFC 3261 §20.5).
    public var allows: [Method]
    /// The media types in Accept (RFC 3261 §20.1), in small letters and without parameters.
    public var accepts: [String]

    /// Whether it takes MESSAGE in a session, as far as we know.
    public var takesMessages: Bool { allows.isEmpty || allows.contains(.message) }

    /// What a peer takes.
    public init(allows: [Method] = [], accepts: [String] = []) {
        self.allows = allows
        self.accepts = accepts
    }
}

/// How a transfer that we asked for goes (RFC 3515 §2.4.5).
public enum TransferProgress: Hashable, Sendable {
    /// The peer agreed to try.
    case accepted
    /// Whom it called is being asked.
    case ringing
    /// They are connected.
    case succeeded
    /// It came to nothing, and the session goes on; the status is the peer's, or what it got.
    case failed(status: Int, reason: String)
}

/// Where a session stands.
public enum SessionState: Hashable, Sendable {
    /// The INVITE is out.
    case calling
    /// The other side is being asked: a 180 or another provisional response with a dialog came.
    case ringing
    /// Answered with 2xx.
    case established
    /// Over; nothing more is reported of this session.
    case ended(SessionEnd)
}

/// Why a session is over, and through whom.
public struct SessionEnd: Hashable, Sendable {
    /// What ended it.
    public enum Cause: Hashable, Sendable {
        /// BYE, after it was established.
        case hungUp
        /// CANCEL (or BYE) before it was answered.
        case cancelled
        /// A final response of 300 to 699 to the INVITE.
        case refused(status: Int, reason: String)
        /// A 3xx to the INVITE, of ours or of the peer's, that says where else to try, the most wanted first (RFC 3261 §8.1.3.4).
        case redirected(to: [NameAddress])
        /// Nobody answered the INVITE in time (its Expires, or three minutes), or our 2xx was never acknowledged.
        case timedOut
        /// The other side does not know the session any more: 481, 408 or no answer within it (RFC 3261 §12.2.1.2).
        case gone
        /// The flow broke.
        case lost
        /// The INVITE is longer than a datagram may be (RFC 3261 §18.1.1): nothing was sent, move to TCP.
        case tooLarge
        /// The user agent has `sessionLimit` sessions, or the number was used before.
        case overloaded
    }

    /// Which side.
    public enum Side: Hashable, Sendable {
        /// This user agent.
        case us
        /// The peer, or the exchange.
        case them
    }

    /// What ended it.
    public var cause: Cause
    /// Through whom.
    public var side: Side

    /// A session's end.
    public init(_ cause: Cause, by side: Side) {
        self.cause = cause
        self.side = side
    }
}
