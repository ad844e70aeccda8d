/// Which devices the voice uses.
package enum AudioChoice: Sendable, Equatable {
    /// Neither microphone nor loudspeaker: silence goes out, and what comes in is heard by nobody.
    case none
    /// What the system calls its own, or a device by its name.
    case devices(DeviceChoice = DeviceChoice())
    /// A WAV file that stands for the microphone and one that takes what would be played; either may be missing.
    case files(input: String?, output: String?)

    /// Reads `none`, `default` or a device's name.
    package init(named name: String) {
        switch name {
        case "none": self = .none
        case "default": self = .devices()
        default: self = .devices(DeviceChoice(input: name, output: name))
        }
    }

    /// Reads `IN.wav,OUT.wav`. Nil where there is no comma, or nothing beside it.
    package init?(files: String) {
        let parts = files.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        self = .files(
            input: parts[0].isEmpty ? nil : String(parts[0]), output: parts[1].isEmpty ? nil : String(parts[1]))
    }
}

/// Names of devices, or parts of names; nil for the system's own choice.
package struct DeviceChoice: Sendable, Equatable {
    package var input: String?
    package var output: String?
    /// What rings; nil for the output.
    package var ring: String?

    package init(input: String? = nil, output: String? = nil, ring: String? = nil) {
        self.input = input
        self.output = output
        self.ring = ring
    }
}

/// A device as the system lists it.
package struct AudioDevice: Sendable, Equatable {
    package var name: String
    /// Whether sound comes from it, and whether it goes there.
    package var isInput: Bool
    package var isOutput: Bool
    /// Whether the system would choose it.
    package var isDefaultInput: Bool
    package var isDefaultOutput: Bool

    package init(
        name: String, isInput: Bool, isOutput: Bool, isDefaultInput: Bool = false, isDefaultOutput: Bool = false
    ) {
        self.name = name
        self.isInput = isInput
        self.isOutput = isOutput
        self.isDefaultInput = isDefaultInput
        self.isDefaultOutput = isDefaultOutput
    }
}

/// What a device is used for.
package enum DeviceRole: String, Sendable, Equatable, CaseIterable {
    case input, output, ring
}

/// What became of a device.
package enum DeviceEvent: Sendable, Equatable {
    /// This one is used now.
    case opened(DeviceRole, name: String)
    /// It could not be used, for this reason; what takes its place is told next.
    case failed(DeviceRole, name: String, reason: String)
    /// It was used and is no more; what takes its place is told next.
    case lost(DeviceRole, name: String)
    /// Nothing can be used, for this reason: nobody is heard by it, or hears.
    case silent(DeviceRole, reason: String)
    case list([AudioDevice])
    /// Nobody knows what there is, for this reason.
    case unlisted(reason: String)
}
