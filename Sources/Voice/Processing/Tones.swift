import Glibc

/// Sounds that the program itself makes.
package enum Tone: Sendable, Equatable, CaseIterable {
    /// Somebody calls: two notes in turn, twice, then a pause.
    case ringing
    /// The other side is being called: 425 Hz, one second of five (ETSI TR 101 041-2).
    case ringback
    /// The other side is busy: 425 Hz, half a second of one.
    case busy
}

/// A tone as samples, from its beginning.
struct ToneGenerator {
    let tone: Tone
    private let low: [Int16]
    private let high: [Int16]
    private var place = 0

    init(_ tone: Tone) {
        self.tone = tone
        switch tone {
        case .ringing: (low, high) = (Self.cycle(660), Self.cycle(880))
        case .ringback, .busy: (low, high) = (Self.cycle(425), [])
        }
    }

    /// So many whole cycles that the last sample leads to the first: 0.2 s of any frequency that 5 divides.
    private static func cycle(_ hertz: Double) -> [Int16] {
        (0..<(Sound.rate / 5)).map {
            Int16(4_000 * sin(2 * .pi * hertz * Double($0) / Double(Sound.rate)))
        }
    }

    /// Makes `frame` what sounds next.
    mutating func fill(_ frame: inout [Int16]) {
        for index in frame.indices {
            frame[index] = sample
            place = (place + 1) % period
        }
    }

    /// Samples after which it begins again.
    private var period: Int {
        switch tone {
        case .ringing: 3 * Sound.rate
        case .ringback: 5 * Sound.rate
        case .busy: Sound.rate
        }
    }

    private var sample: Int16 {
        let tenth = place / (Sound.rate / 10)
        switch tone {
        case .ringing:
            guard tenth < 4 || (6..<10).contains(tenth) else { return 0 }
            let notes = place / (Sound.rate / 20) % 2 == 0 ? low : high
            return notes[place % notes.count]
        case .ringback: return tenth < 10 ? low[place % low.count] : 0
        case .busy: return tenth < 5 ? low[place % low.count] : 0
        }
    }
}
