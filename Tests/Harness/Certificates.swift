import Foundation

/// Writes an authority and the certificates of its servers into a folder, as `Tests/make-certificates` says.
package func makeCertificates(in folder: URL, for names: String...) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("make-certificates").path
    try run([script, folder.path] + names)
}
