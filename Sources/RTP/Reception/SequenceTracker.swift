/// Whether a packet's sequence number belongs to its stream, and how often the numbers began again (RFC 3550 A.1).
package struct SequenceTracker: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// The source is not known to be one yet: it must send two packets in sequence first.
        case probation
        /// The next one, or one behind a gap.
        case ahead
        /// From before the highest one: late, reordered, or sent again.
        case behind
        /// Far from all the others: dropped, unless the next one follows it.
        case astray
        /// The sender has begun elsewhere, and this is its second packet from there.
        case restarted
    }

    /// A gap of a minute at 20 ms a packet.
    static let maxDropout = 3_000
    /// Farther behind than reordering gets; two seconds at 20 ms a packet.
    static let maxMisorder = 100
    /// How long the old numbers must have been silent before new ones count. RFC 3550 asks for two packets in sequence
    /// only: whoever repeats an old stretch of a stream that goes on would throw it back so.
    static let silence: Duration = .milliseconds(100)

    /// Extended: its low 16 bits are on the wire.
    private(set) package var highest: Int
    /// Where it began.
    private(set) var first: Int
    private(set) var received = 0
    private var probation: Int
    private var suspect: UInt16?
    private var heard: Duration

    /// A source of which this is the first packet.
    ///
    /// - Parameter probation: packets in sequence that it still owes; none for a source that is known otherwise, as by
    ///   authentication.
    package init(_ sequence: UInt16, probation: Int = 1, at now: Duration) {
        highest = Int(sequence)
        first = highest
        self.probation = probation
        heard = now
        if probation == 0 { received = 1 }
    }

    /// Not until then is it a source.
    package var isValid: Bool { probation == 0 }

    package mutating func receive(_ sequence: UInt16, at now: Duration) -> Verdict {
        let step = Wrapping.distance(from: UInt16(truncatingIfNeeded: highest), to: sequence)
        guard probation == 0 else { return prove(sequence, step: step, at: now) }
        if step > 0, step < Self.maxDropout {
            highest += step
            heard = now
        } else if step > 0 || step < -Self.maxMisorder {
            guard sequence == suspect, now - heard >= Self.silence else {
                suspect = sequence &+ 1
                return .astray
            }
            self = SequenceTracker(sequence, probation: 0, at: now)
            return .restarted
        }
        suspect = nil
        received += 1
        return step > 0 ? .ahead : .behind
    }

    private mutating func prove(_ sequence: UInt16, step: Int, at now: Duration) -> Verdict {
        guard step == 1 else {
            // Two in sequence are asked for, and this may be the first of them.
            self = SequenceTracker(sequence, at: now)
            return .probation
        }
        highest += 1
        heard = now
        probation -= 1
        guard probation == 0 else { return .probation }
        first = highest
        received = 1
        return .ahead
    }

    /// Packets that the numbers say were sent.
    package var expected: Int { highest - first + 1 }
    /// 16 bits of cycles, 16 of sequence number, as reports carry it.
    var extendedHighest: UInt32 { UInt32(truncatingIfNeeded: highest) }
}
