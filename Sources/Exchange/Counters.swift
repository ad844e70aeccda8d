extension Exchange {
    /// What happened since the start that somebody who runs an exchange may want to count.
    package struct Counters: Sendable, Equatable {
        package var wrongPasswords = 0
        /// Requests refused unjudged because of wrong passwords before them.
        package var throttled = 0

        package init() {}
    }
}
