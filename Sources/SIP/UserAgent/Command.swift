/// Names one session for as long as the user agent lives; a late event of an old session never touches a new one.
public enum SessionID: Hashable, Sendable {
    /// One we placed; the commander chooses the number and never chooses it twice.
    case placed(UInt64)
    /// One that came in; the user agent counts them from 1.
    case received(UInt64)
}

/// Names one subscription; chosen by the commander, not used twice.
public struct SubscriptionID: Hashable, Sendable {
    /// The commander's number.
    public var value: UInt64
    /// The subscription with that number.
    public init(_ value: UInt64) { self.value = value }
}

/// Names one message that we send; chosen by the commander, and answered by exactly one `Report.messageResult`.
public struct MessageToken: Hashable, Sendable {
    /// The commander's number.
    public var value: UInt64
    /// The message with that number.
    public init(_ value: UInt64) { self.value = value }
}

/// Names one OPTIONS that we send; answered by exactly one `Report.ping`.
public struct PingToken: Hashable, Sendable {
    /// The commander's number.
    public var value: UInt64
    /// The ping with that number.
    public init(_ value: UInt64) { self.value = value }
}

/// Names one request of a peer to call somebody else (REFER, RFC 3515); the user agent counts them from 1.
public struct ReferralID: Hashable, Sendable {
    /// The user agent's number.
    public var value: UInt64
    /// The referral with that number.
    public init(_ value: UInt64) { self.value = value }
}

extension UserAgent {
    /// What the person, or the program above, wants. A command that makes no sense in the present state (accepting a
    /// call that was taken back a moment ago) has no effect; the report that explains why is already under way.
    public enum Command: Equatable, Sendable {
        /// Registers, or moves an existing registration to another flow: same Call-ID, rising CSeq. Once it is
        /// granted, sessions and subscriptions go on over that flow.
        case register(Registration.Parameters, on: Flow)
        /// Refreshes the registration now, as when the exchange seems to have forgotten it; `Report.registered` follows.
        case refresh
        /// Removes the binding (RFC 3261 §10.2.2); `Report.unregistered` follows in any case.
        case unregister
        /// Subscribes and keeps the subscription fresh (RFC 6665 §4.1).
        case subscribe(SubscriptionID, Subscription.Parameters, on: Flow)
        /// Ends a subscription; `Report.subscriptionEnded` is given at once.
        case unsubscribe(SubscriptionID)
        /// Calls. The offer is a text call's: audio is present and inactive.
        ///
        /// `following` is the REFER that this carries out, whose sender is told how it goes (RFC 3515 §2.4.4).
        case invite(SessionID, to: URI, on: Flow, following: ReferralID? = nil)
        /// Says that the person is being asked: 180.
        case ring(SessionID)
        /// Answers 200: with voice, where it is offered and we say what we bring; else text only, whatever was offered.
        case accept(SessionID, voice: AudioCapabilities? = nil)
        /// Refuses with a final status of 300 to 699, say 603 or 486.
        case reject(SessionID, status: Int)
        /// Sends the caller to somebody else: 302 with `to` as Contact (RFC 3261 §21.3.3).
        case redirect(SessionID, to: URI)
        /// CANCEL before an answer, BYE after it, and both where they cross. `ended` is reported at once.
        case hangUp(SessionID)
        /// Renews the session by re-INVITE (RFC 3261 §14.1) over the flow it is on, with our present Contact.
        case renew(SessionID)
        /// Sets the session aside (RFC 3264 §8.4); `Report.held` or `Report.holdFailed` follows.
        case hold(SessionID)
        /// Goes on with a session that we set aside; `Report.held` or `Report.holdFailed` follows.
        case resume(SessionID)
        /// Asks the peer for voice, by a re-INVITE that its person may take half a minute to answer; `Report.voice` tells
        /// what comes of it. Where the peer asks too, that is a yes. In a conversation: what we bring is otherwise now.
        case offerVoice(SessionID, AudioCapabilities)
        /// Says yes to the peer's question for voice.
        case acceptVoice(SessionID, AudioCapabilities)
        /// Says no to it; the session goes on as it was (RFC 3261 §14.2). `unable` is said by that status, all else by 488
        /// with the reason.
        case refuseVoice(SessionID, VoiceRefusal = .declined)
        /// Goes on with text alone, or takes our question back. `Report.voice` is given at once.
        case endVoice(SessionID)
        /// Asks the peer to call somebody else instead of us (RFC 5589 §6); `Report.transfer` tells how it goes.
        case refer(SessionID, to: URI)
        /// Asks the peer to take our place in another session of ours (RFC 5589 §7, RFC 3891).
        case join(SessionID, with: SessionID)
        /// Says no to a peer's REFER.
        case refuse(ReferralID)
        /// Sends keys of a telephone, `0` to `9`, `A` to `D`, `*` and `#`, one INFO each, in their order.
        case dtmf(SessionID, String)
        /// A message in a session. They are sent one after the other, so that they arrive in order (RFC 3428 §8).
        case message(MessageToken, Content, in: SessionID)
        /// A message without a session.
        case messageOutside(MessageToken, Content, to: URI, on: Flow)
        /// From now on these users' MESSAGEs outside of sessions are refused (403), and nobody is told.
        case bar([URI])
        /// Asks whether somebody is there.
        case options(PingToken, to: URI, on: Flow)
    }

    /// What a message says.
    public struct Content: Hashable, Sendable {
        /// The media type as in Content-Type, with its parameters: `text/plain;charset=UTF-8`.
        public var type: String
        /// The bytes as they travel.
        public var body: [UInt8]

        /// Any content.
        public init(type: String, body: [UInt8]) {
            self.type = type
            self.body = body
        }

        /// Plain text in UTF-8.
        public init(text: String) {
            self.init(type: "text/plain;charset=UTF-8", body: Array(text.utf8))
        }
    }
}
