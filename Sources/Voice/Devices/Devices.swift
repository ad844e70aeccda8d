#if Voice
import Dispatch
import Synchronization

/// Opens, watches and closes devices, on a queue of its own: that takes up to seconds, which the thread of the streams does
/// not have. What happens is told as events, on that queue.
///
/// Unchecked: all that changes is touched on the queue only.
final class Devices: @unchecked Sendable {
    let ports = DevicePorts()
    private let tell: @Sendable (DeviceEvent) -> Void
    private let queue = DispatchQueue(label: "partyline.voice.devices", qos: .userInitiated)
    private var choice: AudioChoice
    /// What somebody needs now.
    private var needs: Set<DeviceRole> = []
    private var isPortAudioUp = false
    private var streams: [DeviceRole: PortAudioStream] = [:]
    private var paced: PacedDevice?
    /// The files of the choice, from their first use on: they go on where they were.
    private var files: (reader: WaveReader?, writer: WaveWriter?)?
    private var watch: (any DispatchSourceTimer)?
    private var seen: [DeviceRole: Int] = [:]

    init(_ choice: AudioChoice, tell: @escaping @Sendable (DeviceEvent) -> Void) {
        self.choice = choice
        self.tell = tell
    }

    /// Opens what is needed now and closes what is not; the microphone is listened to only while it is needed.
    func use(input: Bool, output: Bool) {
        queue.async { [self] in
            let needs: Set<DeviceRole> = Set((input ? [.input] : []) + (output ? [.output, .ring] : []))
            guard needs != self.needs else { return }
            self.needs = needs
            guard !needs.isEmpty else { return shut() }
            settle()
        }
    }

    /// Closes everything, and returns when it is done; after two seconds in any case: a sound server that hangs keeps
    /// nobody from leaving.
    func close() {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            needs = []
            shut()
            files = nil
            done.signal()
        }
        _ = done.wait(timeout: .now() + 2)
    }

    /// From now on these; at once where devices are open.
    func choose(_ choice: AudioChoice) {
        queue.async { [self] in
            shut()
            files = nil
            self.choice = choice
            if !needs.isEmpty { settle() }
        }
    }

    /// When what stands for devices began, for those who measure.
    var pacedSince: Int? { queue.sync { paced?.start } }

    /// Tells the devices that are there now. Those that are open stop for a moment: PortAudio looks around only when it
    /// begins.
    func list() {
        queue.async { [self] in
            shut()
            do throws(DeviceFault) {
                try PortAudio.begin()
                tell(.list(PortAudio.devices()))
                PortAudio.end()
            } catch {
                tell(.unlisted(reason: error.description))
            }
            if !needs.isEmpty { settle() }
        }
    }

    private func shut() {
        watch?.cancel()
        watch = nil
        streams = [:]
        ports.hasRingDevice.store(false, ordering: .relaxed)
        paced?.stop()
        paced = nil
        if isPortAudioUp { PortAudio.end() }
        isPortAudioUp = false
    }

    /// Makes what is open what is needed.
    private func settle() {
        paced?.stop()
        paced = nil
        switch choice {
        case .none: pace(for: needs)
        case .files(let input, let output): openFiles(input, output)
        case .devices(let devices): openDevices(devices)
        }
    }

    private func openFiles(_ input: String?, _ output: String?) {
        if files == nil { files = (reader(input), writer(output)) }
        pace(for: needs, files?.reader, files?.writer)
    }

    private func reader(_ path: String?) -> WaveReader? {
        guard let path else { return nil }
        do throws(DeviceFault) {
            let reader = try WaveReader(path: path)
            tell(.opened(.input, name: path))
            return reader
        } catch {
            tell(.failed(.input, name: path, reason: error.description))
            return nil
        }
    }

    private func writer(_ path: String?) -> WaveWriter? {
        guard let path else { return nil }
        do throws(DeviceFault) {
            let writer = try WaveWriter(path: path)
            tell(.opened(.output, name: path))
            return writer
        } catch {
            tell(.failed(.output, name: path, reason: error.description))
            return nil
        }
    }

    private func openDevices(_ devices: DeviceChoice) {
        for role in streams.keys where !needs.contains(role) { streams[role] = nil }
        if !isPortAudioUp {
            do throws(DeviceFault) {
                try PortAudio.begin()
                isPortAudioUp = true
            } catch {
                for role in [DeviceRole.input, .output] where needs.contains(role) {
                    tell(.silent(role, reason: error.description))
                }
                return pace(for: needs)
            }
        }
        var absent: Set<DeviceRole> = []
        for (role, name) in [(DeviceRole.output, devices.output), (.input, devices.input)]
        where needs.contains(role) && streams[role] == nil {
            if !open(role, name) { absent.insert(role) }
        }
        if needs.contains(.ring), let ring = devices.ring, ring != devices.output, streams[.ring] == nil {
            _ = open(.ring, ring)
        }
        ports.hasRingDevice.store(streams[.ring] != nil, ordering: .relaxed)
        if !absent.isEmpty { pace(for: absent) }
        if !streams.isEmpty { beginWatch() }
    }

    /// The device of that name, or else the system's own.
    private func open(_ role: DeviceRole, _ name: String?) -> Bool {
        // For the ring the loudspeaker stands in.
        let candidates = name == nil || role == .ring ? [name] : [name, nil]
        for candidate in candidates {
            do throws(DeviceFault) {
                let stream = try PortAudioStream(role, named: candidate, ports: ports)
                streams[role] = stream
                tell(.opened(role, name: stream.name))
                return true
            } catch {
                // Of the last one that is tried the reason is told with what comes of it.
                guard candidate == nil, role != .ring else {
                    tell(.failed(role, name: candidate ?? "default", reason: error.description))
                    continue
                }
                tell(.silent(role, reason: error.description))
            }
        }
        return false
    }

    private func pace(for roles: Set<DeviceRole>, _ reader: WaveReader? = nil, _ writer: WaveWriter? = nil) {
        paced = PacedDevice(
            ports, reader: reader, writer: writer, takes: roles.contains(.input), gives: roles.contains(.output))
    }
}

extension Devices {
    private func beginWatch() {
        guard watch == nil else { return }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler { @Sendable [weak self] in self?.look() }
        timer.resume()
        watch = timer
        seen = [:]
    }

    /// A device that was pulled out stops being called, whether PortAudio notices or not.
    private func look() {
        let calls = [
            DeviceRole.input: ports.captures.load(ordering: .relaxed),
            .output: ports.playbacks.load(ordering: .relaxed),
        ]
        let gone = streams.filter { role, stream in
            !stream.isActive || calls[role].map { $0 == seen[role] } ?? false
        }
        seen = calls
        guard !gone.isEmpty else { return }
        for (role, stream) in gone { tell(.lost(role, name: stream.name)) }
        // What is there now shows only when PortAudio begins anew.
        shut()
        settle()
    }
}
#endif
