#if Voice
import Harness
import Testing

@testable import Voice

@Suite struct ProcessingTests {
    @Test("a full sine is 3 dB below full scale, silence is at the floor") func meter() {
        var meter = LevelMeter()
        let tone = Voices.tone(1_000, seconds: 1, amplitude: 1)
        meter.add(tone, count: tone.count)
        let level = meter.read()
        #expect(abs(level.mean + 3.01) < 0.02)
        #expect(abs(level.peak) < 0.01)
        #expect(meter.read() == .silence)
    }

    @Test("the loudspeaker's sound does not go out of the microphone again") func echo() {
        let processor = MicrophoneProcessor(.init(cancelsEcho: true, suppressesNoise: true, controlsGain: false))
        let far = Voices.speech(seconds: 12)
        let delay = 2_400
        var (before, after) = ([Int16](), [Int16]())
        for start in stride(from: 0, to: far.count - 480, by: 480) {
            let played = Array(far[start..<(start + 480)])
            var heard = (start..<(start + 480)).map { $0 < delay ? 0 : far[$0 - delay] / 3 }
            if start > 8 * 48_000 { before += heard }
            processor.process(&heard, played: played)
            if start > 8 * 48_000 { after += heard }
        }
        let reduction = Likeness.loudness(before[...]) / max(1, Likeness.loudness(after[...]))
        #expect(reduction > 10, "\(reduction) times softer")
    }

    @Test("a steady noise is softened, a voice above it is not") func noise() {
        let processor = MicrophoneProcessor(.init(cancelsEcho: false, suppressesNoise: true, controlsGain: false))
        var random = SplitMix(state: 3)
        let speech = Voices.speech(seconds: 4)
        let nothing = [Int16](repeating: 0, count: 480)
        var (hiss, voice) = ([Int16](), [Int16]())
        for number in 0..<600 {
            var frame = (0..<480).map { _ in Int16(400 * (random.unit() - 0.5)) }
            let speaks = number >= 300
            if speaks { for index in 0..<480 { frame[index] += speech[((number - 300) * 480 + index) % speech.count] } }
            processor.process(&frame, played: nothing)
            if speaks { voice += frame } else if number > 200 { hiss += frame }
        }
        #expect(Likeness.loudness(hiss[...]) < 115 / 3)
        #expect(Likeness.loudness(voice[...]) > Likeness.loudness(speech[..<144_000]) / 2)
    }

    @Test("a soft voice is made louder") func gain() {
        let processor = MicrophoneProcessor(.init(cancelsEcho: false, suppressesNoise: false, controlsGain: true))
        let speech = Voices.speech(seconds: 8).map { $0 / 8 }
        var heard: [Int16] = []
        for start in stride(from: 0, to: speech.count - 480, by: 480) {
            var frame = Array(speech[start..<(start + 480)])
            processor.process(&frame, played: [Int16](repeating: 0, count: 480))
            heard += frame
        }
        let later = 240_000..<380_000
        #expect(Likeness.loudness(heard[later]) > 1.5 * Likeness.loudness(speech[later]))
    }

    @Test("tones have their pitch and their pauses, without a click where they begin again") func tones() {
        var generator = ToneGenerator(.ringback)
        var sound: [Int16] = []
        var frame = [Int16](repeating: 0, count: 480)
        for _ in 0..<600 {
            generator.fill(&frame)
            sound += frame
        }
        #expect(abs(Likeness.frequency(sound[..<48_000], near: 425) - 425) < 0.2)
        #expect(sound[48_000..<240_000].allSatisfy { $0 == 0 })
        #expect(Likeness.loudness(sound[240_000..<288_000]) > 2_000)
        let steepest = zip(sound, sound.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(steepest < 300, "\(steepest)")
    }
}
#endif
