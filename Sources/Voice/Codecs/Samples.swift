/// Work on whole stretches of samples, which an unoptimised build does as fast as any.
extension [Int16] {
    /// Copies `other[range]` to the place from `start` on. There must be room.
    mutating func copy(_ other: [Int16], _ range: Range<Int>, to start: Int = 0) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.count && start + range.count <= count)
        guard !range.isEmpty else { return }
        withUnsafeMutableBufferPointer { target in
            other.withUnsafeBufferPointer { source in
                guard let target = target.baseAddress, let source = source.baseAddress else { return }
                (target + start).update(from: source + range.lowerBound, count: range.count)
            }
        }
    }

    /// Moves `self[range]` to the beginning.
    mutating func moveToBeginning(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        withUnsafeMutableBufferPointer { samples in
            guard let start = samples.baseAddress else { return }
            start.update(from: start + range.lowerBound, count: range.count)
        }
    }

    /// Makes `self[range]` silent.
    mutating func silence(_ range: Range<Int>) {
        withUnsafeMutableBufferPointer { $0[range].update(repeating: 0) }
    }

    /// The sum of the first samples' squares, and the greatest of their amounts.
    func energy(count: Int) -> (sum: Int, peak: Int) {
        withUnsafeBufferPointer { samples in
            guard var place = samples.baseAddress else { return (0, 0) }
            let end = place + Swift.min(count, samples.count)
            var (sum, peak) = (0, 0)
            while place < end {
                let sample = Int(place.pointee)
                sum &+= sample &* sample
                let amount = sample < 0 ? -sample : sample
                if amount > peak { peak = amount }
                place += 1
            }
            return (sum, peak)
        }
    }
}
