// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// What only voice needs. Without the trait nothing of it is compiled or linked.
let withVoice = TargetDependencyCondition.when(traits: ["Voice"])

let package = Package(
    name: "partyline",
    products: [
        .executable(name: "partyline", targets: ["partyline"]),
        .library(name: "SIP", targets: ["SIP"]),
        .library(name: "Webphone", targets: ["Webphone"]),
    ],
    traits: [
        .trait(name: "Voice", description: "Voice in calls; needs libopus, PortAudio, SpeexDSP and libsrtp2"),
        .default(enabledTraits: ["Voice"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        .target(name: "CResolver", linkerSettings: [.linkedLibrary("resolv")]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        // Their module maps name the static libraries; pkg-config would add the others.
        .systemLibrary(name: "COpus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(name: "CSpeexDSP", providers: [.apt(["libspeexdsp-dev"])]),
        // Not linked, but loaded when they are first needed.
        .target(name: "CPortAudio", cSettings: [.define("VOICE", .when(traits: ["Voice"]))]),
        .target(name: "CSRTP", cSettings: [.define("VOICE", .when(traits: ["Voice"]))]),
        .target(
            name: "SIP", dependencies: [.product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        .target(
            name: "SIPTransport",
            dependencies: [
                "SIP", "CResolver",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(name: "Webphone", dependencies: ["SIP", "CExpat"], swiftSettings: strict),
        .target(name: "ChatCore", dependencies: ["Webphone"], swiftSettings: strict),
        .target(name: "TerminalUI", dependencies: ["ChatCore"], swiftSettings: strict),
        .target(name: "CursesTerminal", dependencies: ["TerminalUI", "CNcurses"], swiftSettings: strict),
        .target(name: "Exchange", dependencies: ["SIP"], swiftSettings: strict),
        .target(name: "Journal", dependencies: ["SIP", "Exchange", "CMalloc"], swiftSettings: strict),
        .target(name: "RTP", swiftSettings: strict),
        .target(name: "CTOML"),
        .target(name: "Settings", dependencies: ["Exchange", "CTOML"], swiftSettings: strict),
        .target(
            name: "Voice",
            dependencies: [
                "RTP", .target(name: "COpus", condition: withVoice), .target(name: "CPortAudio", condition: withVoice),
                .target(name: "CSpeexDSP", condition: withVoice), .target(name: "CSRTP", condition: withVoice),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "partyline",
            dependencies: [
                "SIP", "SIPTransport", "Webphone", "ChatCore", "TerminalUI", "CursesTerminal", "Exchange",
                "Journal", "Settings", .target(name: "RTP", condition: withVoice),
                .target(name: "Voice", condition: withVoice),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(name: "SIPTests", dependencies: ["SIP"], swiftSettings: strict),
        .testTarget(
            name: "SIPTransportTests",
            dependencies: ["SIPTransport", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        .testTarget(name: "WebphoneTests", dependencies: ["Webphone"], swiftSettings: strict),
        .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore"], swiftSettings: strict),
        .testTarget(name: "TerminalUITests", dependencies: ["TerminalUI"], swiftSettings: strict),
        .testTarget(name: "ExchangeTests", dependencies: ["Exchange"], swiftSettings: strict),
        .testTarget(name: "RTPTests", dependencies: ["RTP"], swiftSettings: strict),
        .testTarget(name: "JournalTests", dependencies: ["Journal"], swiftSettings: strict),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),
        .testTarget(
            name: "VoiceTests", dependencies: ["Voice", "RTP", "Harness"], exclude: ["pulse"], swiftSettings: strict),
        // People as a seed says, of stories in memory and of `make soak`.
        .target(name: "Crowd", dependencies: ["Webphone"], path: "Tests/Crowd", swiftSettings: strict),
        .testTarget(name: "StoryTests", dependencies: ["Webphone", "Exchange", "Crowd"], swiftSettings: strict),
        .testTarget(
            name: "PartylineTests",
            dependencies: [
                "partyline", "Settings", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // What tests of the built program share: people at terminals, exchanges, bare sockets.
        .target(name: "Harness", path: "Tests/Harness", exclude: ["raw-client.py"], swiftSettings: strict),
        .testTarget(name: "TerminalTests", dependencies: ["Harness", "partyline"], swiftSettings: strict),
        // What is fuzzed, and by `make test` with what fuzzing began with and found.
        .target(
            name: "FuzzTargets",
            dependencies: ["SIP", "Webphone", "Exchange", "Journal", "Settings", "TerminalUI", "RTP", "Voice"],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
        .testTarget(
            name: "InteropTests", dependencies: ["Harness", "partyline"],
            exclude: ["Kamailio/configuration", "Linphone/linphonerc", "Raw/peer", "Sipp/scenarios"],
            swiftSettings: strict),
        .testTarget(
            name: "FloodTests", dependencies: ["Harness", "partyline"], exclude: ["flood.py", "innocents.py"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6], cxxLanguageStandard: .cxx17
)

// Fuzzing needs compiler flags of its own; Tests/Fuzz/run asks for it.
if Context.environment["PARTYLINE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
            swiftSettings: strict, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}
// The parser's own speed; Tests/Bench/bench.py asks for it.
if Context.environment["PARTYLINE_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "ParserBench", dependencies: ["SIP"], path: "Tests/Bench/ParserBench", swiftSettings: strict))
}
// Two thousand of those people at a real exchange; `make soak` asks for them.
if Context.environment["PARTYLINE_SOAK"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Soak", dependencies: ["Crowd", "Webphone", "SIPTransport", "Journal"], path: "Tests/Soak",
            swiftSettings: strict))
}
