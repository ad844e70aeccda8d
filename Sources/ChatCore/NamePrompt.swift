/// The question for a user name, before the room opens.
package struct NamePrompt: Equatable, Sendable {
    package internal(set) var draft = Draft()
    /// Why the last answer was refused.
    package internal(set) var refusal: String?
    /// After a refusal the next typed character starts a new name, while an editing key goes on with the old one.
    var typingReplaces = false
}
