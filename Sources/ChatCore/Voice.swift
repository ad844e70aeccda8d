import Webphone

/// Voice, as the person sees and steers it; the sound itself is the host's affair.
package enum Voice {
    /// Where voice in a call stands.
    package enum Stage: Hashable, Sendable {
        /// We asked, and the other side is thinking.
        case asking
        /// Both want it.
        case on
    }

    /// How the other side's voice comes through.
    package enum Quality: String, Hashable, Sendable, CaseIterable { case good, fair, poor, bad }

    /// How loud it is, in dB below full scale: 0 is the loudest, -96 and less is silence.
    package struct Levels: Hashable, Sendable {
        package var microphone: Double
        package var speaker: Double

        package init(microphone: Double = -96, speaker: Double = -96) {
            self.microphone = microphone
            self.speaker = speaker
        }
    }

    /// What a device is for.
    package enum Role: String, Hashable, Sendable, CaseIterable {
        case input = "in"
        case output = "out"
        case ring
    }

    /// A device as `/devices` lists it.
    package struct Device: Hashable, Sendable {
        package var name: String
        package var roles: Set<Role>
        /// For what it is in use now.
        package var isChosen: Set<Role>

        package init(name: String, roles: Set<Role>, isChosen: Set<Role>) {
            self.name = name
            self.roles = roles
            self.isChosen = isChosen
        }
    }

    /// What rings on this side.
    package enum Tone: Hashable, Sendable {
        /// Somebody asks for a chat.
        case ring
        /// The other side is being asked.
        case ringBack
    }

    /// What the person wants of the sound.
    package enum Command: Hashable, Sendable {
        /// Asks the other side of a call for voice; the host knows where and how we hear. Plain: the person said so.
        case offer(CallID, isPlain: Bool = false)
        /// Says yes to the other side's question, or to a request with voice, which the person knows to be plain.
        case accept(CallID, isPlain: Bool = false)
        /// Whether the microphone is closed; it is open only while voice is on and this is false.
        case mute(Bool)
        /// Answered by `Report.devices`.
        case listDevices
        /// nil is the system's choice.
        case choose(Role, String?)
        /// What is to be heard from now on; nil for nothing.
        case sound(Tone?)
        /// For the next run of the program.
        case keep(Preferences)
    }

    /// What becomes of voice that cannot be encrypted though nobody reads what we say to our exchange.
    package enum Encryption: Hashable, Sendable, CaseIterable {
        /// There is none, whoever can read what we say.
        case required
        /// The person is asked each time.
        case asked
        /// It is spoken plainly, which the screen tells.
        case preferred
    }

    /// How the person wants it, also in the next run of the program.
    package struct Preferences: Hashable, Sendable {
        /// Whether a request rings, and whoever is asked is heard being rung.
        package var rings: Bool
        /// Whether voice begins with the microphone closed, so that it is open only while the person opens it.
        package var pushToTalk: Bool
        package var encryption: Encryption
        /// The devices' names; none is the system's choice.
        package var devices: [Role: String]

        package init(
            rings: Bool = true, pushToTalk: Bool = false, encryption: Encryption = .asked, devices: [Role: String] = [:]
        ) {
            self.rings = rings
            self.pushToTalk = pushToTalk
            self.encryption = encryption
            self.devices = devices
        }
    }

    /// What the host says of the sound.
    package enum Report: Hashable, Sendable {
        /// Some times a second, while voice is on.
        case levels(Levels)
        /// When it is another than before.
        case quality(Quality)
        case devices([Device])
        /// Something that the person has to know: a device that is gone, one that cannot be opened; words for people.
        case trouble(String)
        /// What was kept of an earlier run.
        case kept(Preferences)
    }
}

extension Chat.Call {
    /// Voice in a call: asked for, or on.
    package struct Sound: Equatable, Sendable {
        package internal(set) var stage: Voice.Stage
        /// `Opus`, `PCMU`.
        package internal(set) var codec = ""
        /// Whether nobody between the two can listen, as far as the exchange is to be trusted.
        package internal(set) var isSecured = false
        /// Nil before anything is known.
        package internal(set) var quality: Voice.Quality?

        package var isOn: Bool { stage == .on }
    }

    /// Whether what the person says leaves this machine, unless it is muted.
    package var isHeard: Bool { sound?.isOn == true && heldBy == nil && isOn }
}
