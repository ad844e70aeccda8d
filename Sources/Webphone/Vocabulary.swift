import SIP

/// A peer as the exchange names it. The number is the identity; two clients may share a name.
public struct Party: Hashable, Sendable {
    /// The user part of the asserted address: `1002`, `600`.
    public var number: String
    /// The display name the exchange asserts, filtered of control and bidi characters; may be empty.
    public var name: String

    /// A peer; both texts are shown as they are.
    public init(number: String, name: String) {
        self.number = number
        self.name = name
    }
}

/// Where the connection to the exchange stands.
public enum ConnectionState: Hashable, Sendable {
    /// Not connected, and nobody asked for it.
    case disconnected
    /// On the way; `attempt` counts from 1 within one outage.
    case connecting(attempt: Int)
    /// Registered; others reach us under `number`.
    case accessGranted(number: String)
    /// The exchange refused us; trying again will not help.
    case accessDenied(reason: String)
    /// Never got through. `retryIn` is nil when no attempt follows by itself.
    case connectionFailed(reason: String, retryIn: Duration?)
    /// Was connected and lost it, or disconnected.
    case connectionClosed(reason: String, retryIn: Duration?)
}

/// Names one call for as long as the program runs; a late event of an old call never touches a new one.
public enum CallID: Hashable, Sendable {
    /// A call we placed; the caller of `call` chooses the number.
    case placed(Int)
    /// A call that came in; counted by the phone.
    case received(Int)
}

/// The states of a call, in the words people know from web phones.
public enum CallState: Hashable, Sendable {
    /// Sent, nothing heard yet.
    case calling
    /// The other side is being asked (180).
    case ringing
    /// Both sides accepted; messages go back and forth.
    case inCall
    /// Accepted, and set aside by one side.
    case hold
    /// Ended normally, by either side.
    case completed
    /// Refused by the person (603).
    case rejected
    /// The other side is in another call and takes no second (486, 600).
    case busy
    /// Nobody has the number, or nobody is there (404, 480).
    case notFound
    /// Rang and nobody answered.
    case noAnswer
    /// We took the request back before it was answered.
    case cancelled
    /// The other side sends us to somebody else (302); whether to call there is the person's decision.
    case forwarded(to: Party)
    /// Anything else that ended it; the words are for people.
    case failed(String)

    /// Whether the call still exists.
    public var isAlive: Bool {
        switch self {
        case .calling, .ringing, .inCall, .hold: true
        case .completed, .rejected, .busy, .notFound, .noAnswer, .cancelled, .forwarded, .failed: false
        }
    }
}

/// Names one message we send; chosen by the sender, unique within the program's run.
public struct MessageID: Hashable, Sendable {
    /// The sender's number for it.
    public var value: Int
    /// The message with that number.
    public init(_ value: Int) { self.value = value }
}

/// What became of a message we sent.
public enum Delivery: Hashable, Sendable {
    /// On its way, or waiting for those before it.
    case sending
    /// Somebody between took it and will pass it on (202).
    case accepted
    /// The other side's program took it (2xx, or its notification that it has it: RFC 5438).
    case delivered
    /// The words say why, for people.
    case failed(String)
}

/// Which side ended a call, or changed it.
public enum Side: Hashable, Sendable {
    /// Our person, or our program for them.
    case us
    /// The other side, the exchange, or the network between.
    case them
}

/// How the person wants to be reached, and what others are told.
public struct Preferences: Hashable, Sendable {
    /// Requests are answered with busy (486), and nobody is asked.
    public var doNotDisturb: Bool
    /// Numbers whose requests and messages are refused.
    public var blocked: Set<String>
    /// Whether the other side is told that the person is typing (RFC 3994).
    public var tellsTyping: Bool
    /// Whether the other side is told that a message arrived, where it asks for that (RFC 5438).
    public var tellsDelivery: Bool

    /// Preferences; the defaults are those of a person who changed nothing.
    public init(
        doNotDisturb: Bool = false, blocked: Set<String> = [], tellsTyping: Bool = true, tellsDelivery: Bool = true
    ) {
        self.doNotDisturb = doNotDisturb
        self.blocked = blocked
        self.tellsTyping = tellsTyping
        self.tellsDelivery = tellsDelivery
    }
}

/// Something about a call that does not change its state.
public enum CallNote: Hashable, Sendable {
    /// The other side wanted to speak; the call is one of texts, without voice.
    case audioLeftOut
    /// The other side takes no texts within the call: they go outside of it.
    case textOutside
    /// The other side takes no texts at all.
    case noText
    /// Hold or resume was refused; the words say why, for people.
    case holdFailed(String)
    /// How the transfer goes that we asked for.
    case transfer(TransferProgress)
    /// Keys that the other side pressed: `0` to `9`, `A` to `D`, `*`, `#`.
    case dtmf(String)
    /// The other side handed us over: the call goes on with this party.
    case handedOver(to: Party)
}

/// How voice stands in a call.
public enum VoiceState: Hashable, Sendable {
    /// We asked for it, and the other side has not answered.
    case asking
    /// The other side's question stands no more: taken back, or not answered in time.
    case withdrawn
    /// It flows as this says, from now on; also when something of it changes, as by hold.
    case on(AudioStream)
    /// It is over, or will not begin because we took our question back; the call goes on.
    case off(by: Side)
    /// The other side refused to speak encrypted, and nothing else was offered. Whether to offer it plain (`offerVoice`
    /// with a policy that allows that) is the person's decision.
    case unencrypted
    /// It has not come about; the words say why, for people.
    case failed(String)
}

/// Why a request was refused without asking the person.
public enum TurnedAway: Hashable, Sendable {
    /// The person is not to be disturbed.
    case doNotDisturb
    /// The number is blocked.
    case blocked
}

/// How to reach an exchange, and as whom.
public struct Account: Hashable, Sendable {
    /// The exchanges that will do, the most wanted first; not empty. The next is taken when one cannot be reached, does
    /// not answer or has a fault, and a lost connection begins with the first again. A phone that starts on UDP moves to
    /// TCP when something does not fit into a datagram.
    public var servers: [Target]
    /// The outside line to join: the token that the exchange knows.
    public var line: String
    /// What others see, unless the exchange has a name for an extension.
    public var displayName: String
    /// The extension to log in as, its user being the number; nil joins the line as a guest, who needs no password.
    /// As an extension too one sees who is online on `line`, where the exchange allows it.
    public var login: DigestAccount?

    /// An account; nothing is checked before `connect`.
    ///
    /// - Precondition: there is a server.
    public init(servers: [Target], line: String, displayName: String, login: DigestAccount? = nil) {
        precondition(!servers.isEmpty, "an account without a server")
        self.servers = servers
        self.line = line
        self.displayName = displayName
        self.login = login
    }

    /// An account at one exchange, whose port and transport are known.
    public init(
        host: String, port: UInt16, transport: TransportProtocol, line: String, displayName: String,
        login: DigestAccount? = nil
    ) {
        let server = Target(host: host, port: port, transport: transport)
        self.init(servers: [server], line: line, displayName: displayName, login: login)
    }
}

/// What the person, or a bot, asks of the phone.
public enum PhoneCommand: Hashable, Sendable {
    /// Connects, and stays connected: a lost connection comes back by itself. Leaves any other account first.
    case connect(Account)
    /// Ends every call, unregisters, closes the connection.
    case disconnect
    /// Sends a chat request to `number` as call `id` (a `.placed` one, not used before).
    case call(CallID, number: String)
    /// Says yes to a received call.
    case accept(CallID)
    /// Says no to a received call (603).
    case reject(CallID)
    /// Ends the call, or takes the request back while it rings.
    case hangUp(CallID)
    /// Sets the call aside; messages still go back and forth.
    case hold(CallID)
    /// Goes on with a call that we set aside.
    case resume(CallID)
    /// Answers a request: the caller may ask `to` (302), a number or `user@host`.
    case forward(CallID, to: String)
    /// Asks the other side to call `to` instead of us: a number or `user@host`.
    case transfer(CallID, to: String)
    /// Asks the other side of the first call to take our place in the second.
    case join(CallID, with: CallID)
    /// Follows the other side's wish (`transferAsked`) as a new call (a `.placed` one, not used before).
    case acceptTransfer(CallID, as: CallID)
    /// Stays: the other side is told that we do not follow.
    case refuseTransfer(CallID)
    /// Sends keys of a telephone: `0` to `9`, `A` to `D`, `*`, `#`.
    case dtmf(CallID, String)
    /// Asks the other side for voice; where it asks too, a yes. While there is voice: what we bring is otherwise now.
    case offerVoice(CallID, AudioCapabilities)
    /// Says yes to the other side's question for voice; to a call that came in with it, yes to both.
    case acceptVoice(CallID, AudioCapabilities)
    /// Says no to it; the call goes on with texts.
    case refuseVoice(CallID)
    /// Goes on with texts alone, or takes our question for voice back.
    case endVoice(CallID)
    /// Whether the person is typing in this call; told to the other side where it understands that, and again as long
    /// as it lasts. A text that is sent ends it.
    case typing(CallID, Bool)
    /// From now on.
    case preferences(Preferences)
    /// Sends a text of at most 8,192 bytes of UTF-8; messages of one call arrive in the order in which they are sent.
    case send(MessageID, String, in: CallID)
}

/// What the phone tells the person, or a bot.
public enum PhoneReport: Hashable, Sendable {
    /// The connection stands elsewhere than before.
    case connection(ConnectionState)
    /// A client came ONLINE (also: changed its name).
    case online(Party)
    /// A client went OFFLINE; calls with it end.
    case offline(Party)
    /// The first full list after a connection: who is there already, without a line for each. After a reconnect,
    /// only differences follow as `online` and `offline`.
    case roster([Party])
    /// Somebody asks for a chat; answer with `accept` or `reject`.
    case incoming(CallID, from: Party)
    /// `by` says who caused it where both could have.
    case call(CallID, CallState, by: Side)
    /// Something about a call that does not change its state.
    case note(CallID, CallNote)
    /// The other side asks us to call somebody else instead; answer with `acceptTransfer` or `refuseTransfer`.
    case transferAsked(CallID, to: Party)
    /// The other side asks for voice; answer with `acceptVoice` or `refuseVoice` within half a minute. Of a call that
    /// comes in it follows `incoming`: `acceptVoice` accepts the call with voice, `accept` without. What is not encrypted
    /// others on the way can listen to.
    case voiceAsked(CallID, isEncrypted: Bool)
    /// Voice in a call stands otherwise than before; the end of the call ends it too.
    case voice(CallID, VoiceState)
    /// The other side began, or stopped, typing.
    case typing(CallID, Bool)
    /// Somebody asked for a chat and was refused unasked.
    case turnedAway(Party, TurnedAway)
    /// A server could not prove who it is, and was told nothing; that there is no connection is reported next. Whoever
    /// decides to trust it tells the transport, and connects again.
    case untrusted(DoubtfulServer)
    /// Through which server, and over what, we are connected; told each time a connection is established.
    case connected(through: Endpoint)
    /// The exchange told us more of the other party (a better asserted name).
    case party(CallID, Party)
    /// Somebody wrote; line breaks are `\n`, control and bidi characters are gone or pictures.
    case message(CallID, from: Party, String)
    /// What became of a message of ours: at most once `sending`, at most once `accepted`, then once `delivered` or
    /// `failed`; after `accepted` nothing more may follow.
    case delivery(MessageID, Delivery)
    /// Something went wrong that no call or message owns; words for people.
    case fault(String)
}
