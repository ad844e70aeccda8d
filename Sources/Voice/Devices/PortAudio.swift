#if Voice
import CPortAudio
import Glibc
import Synchronization

/// PortAudio, which is one for the process and is used from one queue only.
enum PortAudio {
    /// - Throws: why there is no sound at all.
    static func begin() throws(DeviceFault) {
        // It would start a server that nobody asked for.
        setenv("JACK_NO_START_SERVER", "1", 0)
        var missing: String?
        let status = QuietStandardError.during { () -> PaError in
            missing = cportaudio_load().map { String(cString: $0) }
            return missing == nil ? Pa_Initialize() : 0
        }
        if let missing { throw DeviceFault("PortAudio is missing (\(missing)); the package libportaudio2 brings it") }
        guard status == paNoError.rawValue else { throw DeviceFault(words(status)) }
    }

    /// Closes what is open, and forgets the devices: the next `begin` lists those that are there then.
    static func end() {
        _ = QuietStandardError.during { Pa_Terminate() }
    }

    static func devices() -> [AudioDevice] {
        let (input, output) = (Pa_GetDefaultInputDevice(), Pa_GetDefaultOutputDevice())
        return indices.compactMap { index in
            guard let device = Pa_GetDeviceInfo(index)?.pointee, let name = device.name else { return nil }
            return AudioDevice(
                name: String(cString: name), isInput: device.maxInputChannels > 0,
                isOutput: device.maxOutputChannels > 0, isDefaultInput: index == input,
                isDefaultOutput: index == output)
        }
    }

    /// The device of that name; else the first whose name holds it, without regard to case.
    ///
    /// - Parameter name: nil for the system's choice.
    /// - Throws: that there is none, in words.
    static func find(_ name: String?, output: Bool) throws(DeviceFault) -> PaDeviceIndex {
        guard let name else {
            let index = output ? Pa_GetDefaultOutputDevice() : Pa_GetDefaultInputDevice()
            guard index != cportaudio_no_device else {
                throw DeviceFault(output ? "there is no loudspeaker" : "there is no microphone")
            }
            return index
        }
        let usable = indices.filter { index in
            guard let device = Pa_GetDeviceInfo(index)?.pointee else { return false }
            return (output ? device.maxOutputChannels : device.maxInputChannels) > 0
        }
        let wanted = name.lowercased()
        guard
            let found = usable.first(where: { self.name($0) == name })
                ?? usable.first(where: { self.name($0).lowercased().contains(wanted) })
        else { throw DeviceFault("there is no \(output ? "output" : "input") device called \(name)") }
        return found
    }

    static func name(_ index: PaDeviceIndex) -> String {
        Pa_GetDeviceInfo(index)?.pointee.name.map { String(cString: $0) } ?? "device \(index)"
    }

    /// PortAudio's words, and the system's below them where it only says that the system failed.
    static func words(_ status: PaError) -> String {
        let own = Pa_GetErrorText(status).map { String(cString: $0) } ?? "error \(status)"
        guard status == paUnanticipatedHostError.rawValue, let host = Pa_GetLastHostErrorInfo()?.pointee,
            let text = host.errorText, text.pointee != 0
        else { return own }
        return String(cString: text)
    }

    private static var indices: Range<PaDeviceIndex> { 0..<max(0, Pa_GetDeviceCount()) }
}

/// PortAudio, ALSA and JACK write complaints to standard error, which is where the chat is painted.
private enum QuietStandardError {
    static func during<Result>(_ body: () -> Result) -> Result {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        let before = fcntl(2, F_DUPFD_CLOEXEC, 3)
        if nowhere >= 0, before >= 0 { dup2(nowhere, 2) }
        defer {
            if before >= 0 {
                if nowhere >= 0 { dup2(before, 2) }
                close(before)
            }
            if nowhere >= 0 { close(nowhere) }
        }
        return body()
    }
}

/// One open device, in one direction: its callback reads or fills a ring, and nothing else.
final class PortAudioStream {
    private let stream: OpaquePointer?
    private let pointer: UnsafeMutableRawPointer
    let name: String

    /// - Throws: why it cannot be opened, in words.
    init(_ role: DeviceRole, named wanted: String?, ports: DevicePorts) throws(DeviceFault) {
        let isOutput = role != .input
        let index = try PortAudio.find(wanted, output: isOutput)
        name = PortAudio.name(index)
        guard let information = Pa_GetDeviceInfo(index)?.pointee else { throw DeviceFault("the device has gone") }
        let lowest = isOutput ? information.defaultLowOutputLatency : information.defaultLowInputLatency
        var parameters = PaStreamParameters(
            device: index, channelCount: 1, sampleFormat: cportaudio_int16,
            suggestedLatency: max(lowest, Self.latency), hostApiSpecificStreamInfo: nil)
        let retained = Unmanaged.passRetained(Callee(ports)).toOpaque()
        var opened: UnsafeMutableRawPointer?
        let status = QuietStandardError.during { () -> PaError in
            let status = withUnsafePointer(to: &parameters) { parameters in
                Pa_OpenStream(
                    &opened, isOutput ? nil : parameters, isOutput ? parameters : nil, Double(Sound.rate),
                    UInt(isOutput ? Sound.deviceFrame : Sound.wireFrame), cportaudio_clip_off, Self.callback(role),
                    retained)
            }
            guard status == paNoError.rawValue else { return status }
            let started = Pa_StartStream(opened)
            if started != paNoError.rawValue { Pa_CloseStream(opened) }
            return started
        }
        guard status == paNoError.rawValue, let opened else {
            Unmanaged<Callee>.fromOpaque(retained).release()
            throw DeviceFault(PortAudio.words(status))
        }
        stream = OpaquePointer(opened)
        pointer = retained
    }

    /// What the system buffers beyond a frame: below it PulseAudio has gaps.
    private static let latency = 0.03

    /// The callback runs no more when this returns.
    deinit {
        _ = QuietStandardError.during { Pa_AbortStream(UnsafeMutableRawPointer(stream)) }
        _ = QuietStandardError.during { Pa_CloseStream(UnsafeMutableRawPointer(stream)) }
        Unmanaged<Callee>.fromOpaque(pointer).release()
    }

    /// Whether its callback is still called, as far as PortAudio knows.
    var isActive: Bool { Pa_IsStreamActive(UnsafeMutableRawPointer(stream)) == 1 }

    private typealias Callback =
        @convention(c) (
            UnsafeRawPointer?, UnsafeMutableRawPointer?, UInt, UnsafePointer<PaStreamCallbackTimeInfo>?,
            PaStreamCallbackFlags, UnsafeMutableRawPointer?
        ) -> Int32

    private static func callback(_ role: DeviceRole) -> Callback {
        switch role {
        case .input: listen
        case .output: speak
        case .ring: ring
        }
    }

    private static let listen: Callback = { input, _, count, _, flags, callee in
        guard let input, let callee else { return Int32(paContinue.rawValue) }
        let samples = UnsafeBufferPointer(start: input.assumingMemoryBound(to: Int16.self), count: Int(count))
        Callee.with(callee) {
            if flags & cportaudio_input_overflow != 0 { $0.overflows.add(1, ordering: .relaxed) }
            $0.take(samples)
        }
        return Int32(paContinue.rawValue)
    }

    private static let speak: Callback = { _, output, count, _, flags, callee in
        guard let output, let callee else { return Int32(paContinue.rawValue) }
        let samples = UnsafeMutableBufferPointer(start: output.assumingMemoryBound(to: Int16.self), count: Int(count))
        Callee.with(callee) {
            if flags & cportaudio_output_underflow != 0 { $0.underflows.add(1, ordering: .relaxed) }
            $0.give(samples)
        }
        return Int32(paContinue.rawValue)
    }

    private static let ring: Callback = { _, output, count, _, _, callee in
        guard let output, let callee else { return Int32(paContinue.rawValue) }
        let samples = UnsafeMutableBufferPointer(start: output.assumingMemoryBound(to: Int16.self), count: Int(count))
        Callee.with(callee) { $0.giveRing(samples) }
        return Int32(paContinue.rawValue)
    }
}

/// What a callback is given.
private final class Callee {
    private let ports: DevicePorts
    /// For the thread of the callback only.
    private var hasAsked = false

    init(_ ports: DevicePorts) { self.ports = ports }

    /// PortAudio's thread is one like any other, which a busy machine may stop in the middle.
    static func with(_ callee: UnsafeMutableRawPointer, _ body: (DevicePorts) -> Void) {
        Unmanaged<Callee>.fromOpaque(callee)._withUnsafeGuaranteedRef {
            if !$0.hasAsked { RealTime.ask() }
            $0.hasAsked = true
            body($0.ports)
        }
    }
}
#endif
