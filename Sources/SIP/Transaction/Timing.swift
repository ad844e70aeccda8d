/// The times that RFC 3261's transactions are made of (§17.1.1.1, table 4).
public enum Timing {
    /// The estimate of a round trip: 500 ms. The first retransmission comes after it, and so does every 64th part of giving up.
    public static var t1: Duration { .milliseconds(500) }

    /// The longest pause between copies of a non-INVITE request or of an INVITE's final response: 4 s.
    public static var t2: Duration { .seconds(4) }

    /// How long a message may stay in the network: 5 s.
    public static var t4: Duration { .seconds(5) }

    /// 64·T1, 32 s: timers B, F, H, J, L and M, and how long an INVITE lives after its CANCEL (§9.1).
    public static var timeout: Duration { t1 * 64 }

    /// How long an INVITE may stay without any answer before the transaction itself says 100 (§17.2.1): 200 ms.
    public static var trying: Duration { .milliseconds(200) }

    /// How long the far side may still send copies of a final response to an INVITE over UDP: 32 s (§17.1.1.2).
    static var timerD: Duration { .seconds(32) }

    /// The pause after `interval`, when pauses double up to T2.
    static func doubled(_ interval: Duration) -> Duration { min(interval * 2, t2) }
}
