// One libFuzzer executable for all targets: `Fuzz TARGET [libFuzzer's options] [corpus folders]`. See ../run.
import FuzzTargets
import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

let name = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : ""
let target = FuzzTarget(rawValue: name)
if target == nil {
    // What ../run goes through.
    for target in FuzzTarget.allCases { print("\(target.rawValue): \(target.covers)") }
    exit(name == "" ? 0 : 2)
}
var count = CommandLine.argc - 1
var arguments = CommandLine.unsafeArgv + 1
exit(
    runDriver(&count, &arguments) { bytes, length in
        target?.run(Array(UnsafeBufferPointer(start: bytes, count: length)))
        return 0
    })
