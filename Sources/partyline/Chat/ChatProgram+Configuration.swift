import ChatCore
import Webphone

/// What the person wishes for longer than a run of the program.
extension ChatProgram {
    /// Before anything that the phone wants to send has left, so that nobody who is blocked gets through first.
    func readConfiguration() {
        guard let preferences = configured() else { return }
        perform(chat.handle(.preferences(preferences)))
    }

    private func configured() -> Preferences? {
        do throws(ConfigurationFile.Trouble) {
            return try configuration?.read()
        } catch {
            complain(error.words)
            return nil
        }
    }

    /// The phone goes by them at once, whether or not they can be kept.
    func adopt(_ preferences: Preferences) {
        perform(phone.handle(.command(.preferences(preferences))))
        do throws(ConfigurationFile.Trouble) {
            try configuration?.keep(preferences)
        } catch {
            complain(error.words)
        }
    }
}
