import Glibc

/// Short-time objective intelligibility: how much of speech is understood, 0 to 1, against the original. The measure of
/// C. Taal, R. Hendriks, R. Heusdens and J. Jensen, "An algorithm for intelligibility prediction of time-frequency weighted
/// noisy speech", IEEE TASLP 19(7), 2011; as the Python package pystoi computes it.
package enum STOI {
    private static let rate = 10_000
    private static let frame = 256
    private static let transform = 512
    private static let bands = 15
    private static let segment = 30
    private static let dynamicRange = 40.0
    /// 1 + 10^(15/20): a band may not be louder than that against the original.
    private static let clipping = 1 + 5.623_413_251_903_491

    /// - Parameters: at 48 kHz, as long as each other, aligned.
    package static func score(_ said: [Int16], _ heard: [Int16]) -> Double {
        let (clean, degraded) = withoutSilence(narrowed(said), narrowed(heard))
        let (x, y) = (spectrum(clean), spectrum(degraded))
        guard x.count >= segment else { return 0 }
        var sum = 0.0
        for end in segment...x.count {
            for band in 0..<bands {
                let original = (end - segment..<end).map { x[$0][band] }
                sum += correlation(original, fitted((end - segment..<end).map { y[$0][band] }, to: original))
            }
        }
        return sum / Double(bands * (x.count - segment + 1))
    }

    /// At 10 kHz, through a low pass of 8 periods a side: 5 samples of 24.
    private static func narrowed(_ sound: [Int16]) -> [Double] {
        let (taken, made, side) = (24, 5, 40)
        return sound.withUnsafeBufferPointer { sound in
            (0..<sound.count * made / taken).map { index in
                let (whole, phase) = (index * taken / made, index * taken % made)
                var sum = 0.0
                for place in max(0, whole - side)...min(sound.count - 1, whole + side) {
                    let distance = (place - whole) * made - phase + offset
                    if lowPass.indices.contains(distance) { sum += Double(sound[place]) * lowPass[distance] }
                }
                return sum / 32_768
            }
        }
    }

    /// A sinc of 4.8 kHz under a Hann window, in steps of a fifth of a sample at 48 kHz.
    private static let offset = 40 * 5
    private static let lowPass = (-offset...offset).map { step -> Double in
        let time = Double(step) / 5
        let angle = .pi * time * 0.2
        let sinc = step == 0 ? 1 : sin(angle) / angle
        return 0.2 * sinc * (0.5 + 0.5 * cos(.pi * Double(step) / Double(offset + 1)))
    }

    private static let window = (1...frame).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(frame + 1)) }

    /// Frames in which the original is more than 40 dB below its loudest are left out of both.
    private static func withoutSilence(_ x: [Double], _ y: [Double]) -> ([Double], [Double]) {
        let starts = Array(stride(from: 0, to: min(x.count, y.count) - frame, by: frame / 2))
        let energies = starts.map { start in
            20 * log10((0..<frame).reduce(0.0) { $0 + pow(x[start + $1] * window[$1], 2) }.squareRoot() + 1e-12)
        }
        let limit = (energies.max() ?? 0) - dynamicRange
        let kept = zip(starts, energies).filter { $0.1 > limit }.map(\.0)
        var (left, right) = ([Double](), [Double]())
        left = [Double](repeating: 0, count: (kept.count + 1) * frame / 2)
        right = left
        for (number, start) in kept.enumerated() {
            for index in 0..<frame {
                left[number * frame / 2 + index] += x[start + index] * window[index]
                right[number * frame / 2 + index] += y[start + index] * window[index]
            }
        }
        return (left, right)
    }

    /// For each frame the magnitudes of fifteen thirds of an octave, from 150 Hz on.
    private static func spectrum(_ sound: [Double]) -> [[Double]] {
        let edges = (0..<bands).map { band in
            (bin(150 * pow(2, (2 * Double(band) - 1) / 6)), bin(150 * pow(2, (2 * Double(band) + 1) / 6)))
        }
        return stride(from: 0, to: sound.count - frame, by: frame / 2).map { start in
            var real = [Double](repeating: 0, count: transform)
            var imaginary = real
            for index in 0..<frame { real[index] = sound[start + index] * window[index] }
            fourier(&real, &imaginary)
            return edges.map { low, high in
                (low..<high).reduce(0.0) { $0 + real[$1] * real[$1] + imaginary[$1] * imaginary[$1] }.squareRoot()
            }
        }
    }

    private static func bin(_ hertz: Double) -> Int { Int((hertz * Double(transform) / Double(rate)).rounded()) }

    private static func fitted(_ y: [Double], to x: [Double]) -> [Double] {
        let gain = norm(x) / (norm(y) + 1e-12)
        return zip(y, x).map { min($0 * gain, $1 * clipping) }
    }

    private static func norm(_ values: [Double]) -> Double { values.reduce(0.0) { $0 + $1 * $1 }.squareRoot() }

    private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
        let (a, b) = (x.map { $0 - meanX }, y.map { $0 - meanY })
        return zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 } / (norm(a) * norm(b) + 1e-12)
    }

    private static let twiddles = (0..<transform / 2).map { index in
        let angle = -2 * Double.pi * Double(index) / Double(transform)
        return (cos(angle), sin(angle))
    }

    /// In place, a power of two.
    private static func fourier(_ real: inout [Double], _ imaginary: inout [Double]) {
        let count = real.count
        var place = 0
        for index in 1..<count {
            var bit = count >> 1
            while place & bit != 0 {
                place ^= bit
                bit >>= 1
            }
            place |= bit
            if index < place {
                real.swapAt(index, place)
                imaginary.swapAt(index, place)
            }
        }
        var size = 2
        while size <= count {
            for start in stride(from: 0, to: count, by: size) {
                for offset in 0..<size / 2 {
                    let (c, s) = twiddles[offset * (count / size)]
                    let (one, two) = (start + offset, start + offset + size / 2)
                    let r = real[two] * c - imaginary[two] * s
                    let i = real[two] * s + imaginary[two] * c
                    (real[two], imaginary[two]) = (real[one] - r, imaginary[one] - i)
                    (real[one], imaginary[one]) = (real[one] + r, imaginary[one] + i)
                }
            }
            size *= 2
        }
    }
}
