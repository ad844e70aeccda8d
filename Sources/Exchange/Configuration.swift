import SIP

extension Exchange {
    /// What an exchange is set up with.
    package struct Configuration: Sendable, Equatable {
        /// What it calls itself: the host in every URI it gives out.
        package var domain: String
        /// Further names and addresses under which clients know it, in lower case. The local address that a request
        /// came to is always one of them.
        package var aliases: Set<String>
        /// The names of its lines; each valid by `isLineName`.
        package var lines: [String]
        /// Those who log in with a password. The domain is the realm of their passwords.
        package var extensions: [Extension] = []
        /// The numbers for clients of the lines.
        package var numbers: ClosedRange<UInt32> = 1_000...9_999
        /// Where the Echo test answers, on every line; nil to do without.
        package var echoTest: PhoneNumber? = 600
        /// What others see of it; valid as a `DisplayName`.
        package var echoTestName = "Echo test"
        /// What the Echo test can be spoken with in, the most wanted first; empty where the host has no voice.
        package var codecs: [AudioCodec] = []
        /// How long a registration lasts when the client asks for no time, in seconds; and the bounds of what it may
        /// ask for: below is answered 423, above is shortened.
        package var registration: UInt32 = 60
        package var registrationBounds: ClosedRange<UInt32> = 15...90
        /// The same for subscriptions.
        package var subscription: UInt32 = 3_600
        package var subscriptionBounds: ClosedRange<UInt32> = 10...3_600
        package var limits = Limits()
        /// Addresses with many behind them, such as a proxy's: what one address may ask for does not bound them.
        package var trusted = AddressRange.loopback

        package init(
            lines: [String] = ["Webphone1"], domain: String = "exchange.local", aliases: Set<String> = ["localhost"]
        ) {
            self.lines = lines
            self.domain = domain
            self.aliases = aliases
        }

        /// 1 to 32 letters, digits, `-`, `_` and `.`, with at least one letter so that it is never taken for a number.
        package static func isLineName(_ name: String) -> Bool {
            (1...32).contains(name.utf8.count)
                && name.unicodeScalars.allSatisfy {
                    isLetter($0) || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0)
                }
                && name.unicodeScalars.contains(where: isLetter)
        }

        private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }

        /// Whether a host in a URI names this exchange, for somebody who speaks to it at `flow`'s local address.
        package func names(_ host: String, on flow: Flow) -> Bool {
            if host == domain || host == flow.local.host { return true }
            let lowercased = host.lowercased()
            return lowercased == domain.lowercased() || aliases.contains(lowercased)
        }

        /// Whether whoever is at the other end may stand for many.
        func trusts(_ flow: Flow) -> Bool {
            guard !trusted.isEmpty, let address = NumericAddress(flow.remote.host) else { return false }
            return trusted.contains { $0.contains(address) }
        }

        /// What its transactions may use up.
        var transactionLimits: TransactionLayer.Limits {
            var limits = TransactionLayer.Limits(
                transactions: limits.transactions, transactionsPerFlow: limits.transactionsPerFlow,
                transactionsPerAddress: limits.transactionsPerAddress, datagram: Message.largestDatagram)
            limits.trusted = trusted
            return limits
        }
    }
}
