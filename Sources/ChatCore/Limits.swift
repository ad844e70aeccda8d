extension Chat {
    /// What is bounded, and by how much.
    package enum Limits {
        /// Characters of a user name, as people count them.
        package static let name = 16
        /// Bytes of UTF-8 in a name: exchanges take no more, as every name travels in every client's list.
        package static let nameBytes = 64
        /// Bytes of one message as UTF-8; the phone takes no more either.
        package static let message = 8_192
        /// Bytes the input line holds; more than a message, so that a text too long can be cut by the person.
        package static let draft = 65_536
        /// Requests that wait for an answer at the same time; the next is refused.
        package static let requests = 32
        /// Clients in the list.
        package static let clients = 10_000
        /// Earlier lines that ^P finds.
        package static let earlierLines = 500
        /// Characters of a number that is typed; exchanges take no more.
        package static let number = 64
        /// Blocked numbers.
        package static let blocked = 1_000
        /// Telephone keys sent at once.
        package static let telephoneKeys = 64
        /// How often it is looked whether the person still types; who has not since the last look has stopped.
        package static let typingPause = Duration.seconds(8)
        /// How long after a dialog opened, changed or closed a key is not taken for an answer.
        package static let guardTime = Duration.milliseconds(400)
        /// How long after a click a second one on the same client calls.
        package static let doubleClick = Duration.milliseconds(400)
    }
}
