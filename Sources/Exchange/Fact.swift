import SIP

extension Exchange {
    /// What somebody who runs an exchange may want to read in its log.
    package enum Fact: Equatable, Sendable {
        /// The line is nil for an extension that stands on no list.
        case joined(PhoneNumber, line: String?, name: String, on: Flow)
        /// The same client came back on another flow.
        case moved(PhoneNumber, to: Flow)
        case left(PhoneNumber, Departure)
        /// A new configuration is in force.
        case configured(lines: Int, extensions: Int)
        /// A request was refused by the exchange itself; reason as on the wire.
        case refused(Method, status: Int, reason: String, on: Flow)
        /// Somebody was wrong about the password of an extension, or of a number that is none; how long they have to
        /// wait before they may try again, in seconds.
        case wrongPassword(PhoneNumber, wait: UInt64, on: Flow)
    }

    /// Why a client is no longer online.
    package enum Departure: Hashable, Sendable {
        case unregistered, expired, connectionEnded
        /// A new configuration has no place for it: its line or extension is gone, its password is another one, or its
        /// number somebody else's.
        case dismissed
    }
}
