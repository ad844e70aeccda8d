extension Exchange {
    /// How long the exchange waits. Timers that RFC 3261 names keep their names.
    package enum Timing {
        /// Between two looks at the registrations and subscriptions that ran out, in seconds.
        package static let beatSeconds: UInt32 = 2
        /// Changes of a line that come within this time are told in one document; watchers learn of each in 0.2 s.
        package static let rosterDelay: Duration = .milliseconds(100)
        /// For the first answer of the called client outside of dialogs; without one it is not reachable.
        package static let firstAnswer: Duration = .seconds(5)
        /// For the final answer to a call that rings (RFC 3261 §16.6 step 11 wants more than three minutes).
        package static let timerC: Duration = .seconds(181)
        /// For the final answer to a request other than INVITE that got a provisional one.
        package static let lastAnswer: Duration = .seconds(32)
        /// For the 487 of a client whose call was cancelled, before the exchange says it in its stead.
        package static let cancelled: Duration = .seconds(5)
        /// How long after a REFER a call may name who sent it, in seconds: the time that whoever is asked has for it.
        package static let referralSeconds: UInt64 = 300
        /// How long a nonce is good; a phone that uses it longer is told that it is stale, and gets another.
        package static let nonceLifetime: Duration = .seconds(300)
    }

    /// What the exchange never holds more of; what comes beyond is refused and others go on.
    package struct Limits: Sendable, Equatable {
        /// Clients of one line; the next is answered 480 Line Full. Each is told of every other one, so the traffic
        /// grows with the square, and the document stays below 32 kB.
        package var clientsPerLine = 150
        /// Octets of a Call-ID and an instance by which a client is remembered; longer is answered 400.
        package var clientKey = 512
        /// Numbers registered over one flow, for gateways and load generators.
        package var numbersPerFlow = 150
        /// Subscriptions of one client; the oldest gives way.
        package var subscriptionsPerClient = 4
        /// Requests relayed for one flow that await their final response; more are answered 503.
        package var relaysPerFlow = 4_096
        /// The same for all flows of one address, an IPv6 /64 being one; those that are trusted aside.
        package var relaysPerAddress = 4_096
        /// Requests relayed in all that await their final response; more are answered 503. The last eighth is for those
        /// who have few of their own.
        package var relays = 16_384
        /// Octets of all those, shared out in the same way.
        package var relayedOctets = 32 << 20
        /// So many requests or transactions under way are few.
        static let few = 16
        /// REGISTERs a second of newcomers from one address, five seconds' worth at once; more are answered 503. A tenth
        /// of it is what each flow may have over which somebody is registered. Trusted addresses aside.
        package var registrationsPerSecond: UInt32 = 50
        /// Addresses for which they are counted.
        package var countedAddresses = 8_192
        /// Transactions at a time, on one flow and from one address; a request beyond is answered 503. Over UDP each is
        /// remembered for 32 s after its answer, so that one flow has room for some 150 calls a second.
        package var transactions = 65_536
        package var transactionsPerFlow = 16_384
        package var transactionsPerAddress = 16_384
        /// Calls that are noted for whoever asks what goes on; one beyond takes place unnoted.
        package var notedCalls = 16_384
        /// REFERs that are remembered for the call that follows; of more the oldest is forgotten.
        package var referrals = 4_096
        /// Octets in the body of a relayed request; more is answered 413.
        package var bodySize = 32_768
        /// Chats with the Echo test in all, and by one client; more are answered 486.
        package var echoSessions = 1_024
        package var echoSessionsPerClient = 4
        /// Those in which it speaks at a time, each with two ports; in more it is silent, and says that it is busy.
        package var echoVoices = 128
        /// Wrong passwords in a row for an extension at one address before the next try has to wait, and at one address
        /// for all extensions.
        package var wrongPasswords = 3
        package var wrongPasswordsPerAddress = 10
        /// The longest such wait, in seconds.
        package var longestWait: UInt32 = 900
        /// Counts of wrong passwords; of more the oldest is forgotten.
        package var countedPasswords = 16_384
        /// Nonces whose counts are remembered, so that nothing is taken twice; older ones become stale.
        package var nonces = 4_096
        /// Times in a row that the Echo test repeats what is but its own echo.
        package var echoRepeats = 20

        package init() {}
    }
}
