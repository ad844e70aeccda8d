import Testing

/// The tests on real sockets and clocks go one after the other: they block threads, and some deadlines are short.
@Suite("On real sockets", .serialized, .timeLimit(.minutes(1)))
enum RealSockets {}
