import SIP

extension Exchange {
    /// Somebody with a number of their own and a password; a client of a line gets a number when it comes.
    package struct Extension: Sendable, Equatable {
        /// Different from all others', from the Echo test's and from no line's.
        package var number: PhoneNumber
        /// What others see; what the phone calls itself does not count.
        package var name: DisplayName
        /// What it is recognised by: one for each function that it may log in with, made for the exchange's domain as
        /// realm and the number as user. Without any nobody can log in.
        package var passwords: [PasswordHash]
        /// The line on whose list it stands while it is registered. Nil keeps it off every list: who joins a line wants
        /// to be seen there, while an extension may be a door phone or somebody who did not ask to be called by guests.
        /// It is reached by its number either way, and may watch any line.
        package var line: String?

        package init(number: PhoneNumber, name: DisplayName, passwords: [PasswordHash], line: String? = nil) {
            self.number = number
            self.name = name
            self.passwords = passwords
            self.line = line
        }
    }
}
