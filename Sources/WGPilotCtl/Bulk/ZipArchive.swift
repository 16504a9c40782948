import CZip
import Glibc

/// Files gathered into a ZIP archive, made in memory: it holds secrets, and is written by ``PrivateFile`` alone.
enum ZipArchive {
    /// The archive of these files.
    ///
    /// - Throws: `CommandFault` when libzip fails, as for want of memory.
    static func make(_ files: [(name: String, bytes: [UInt8])]) throws(CommandFault) -> [UInt8] {
        guard let target = unsafe zip_source_buffer_create(nil, 0, 0, nil) else { throw fault("no memory") }
        // Kept over the archive's end, which would free it.
        unsafe zip_source_keep(target)
        defer { unsafe zip_source_free(target) }
        guard let archive = unsafe zip_open_from_source(target, ZIP_TRUNCATE, nil) else {
            unsafe zip_source_free(target)
            throw fault("it cannot be begun")
        }
        for file in files {
            guard unsafe add(file.bytes, named: file.name, to: archive) else {
                let reason = unsafe zip_strerror(archive).map { unsafe String(cString: $0) } ?? "unknown"
                unsafe zip_discard(archive)
                throw fault(reason)
            }
        }
        guard unsafe zip_close(archive) == 0 else {
            unsafe zip_discard(archive)
            throw fault("it cannot be ended")
        }
        return try unsafe bytes(of: target)
    }

    private static func add(_ bytes: [UInt8], named name: String, to archive: OpaquePointer) -> Bool {
        // libzip reads its sources only at the end, and frees this copy then.
        guard let copy = unsafe malloc(max(bytes.count, 1)) else { return false }
        unsafe bytes.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { unsafe copy.copyMemory(from: base, byteCount: bytes.count) }
        }
        guard let source = unsafe zip_source_buffer(archive, copy, zip_uint64_t(bytes.count), 1) else {
            unsafe free(copy)
            return false
        }
        let flags = zip_flags_t(ZIP_FL_ENC_UTF_8)
        let index = unsafe zip_file_add(archive, name, source, flags)
        guard index >= 0 else {
            unsafe zip_source_free(source)
            return false
        }
        // Read and written by the owner alone once it is unpacked, a regular file (stat(2)).
        let mode = zip_uint32_t(S_IFREG | 0o600) << 16
        return unsafe zip_file_set_external_attributes(
            archive, zip_uint64_t(index), 0, zip_uint8_t(ZIP_OPSYS_UNIX), mode) == 0
    }

    private static func bytes(of source: OpaquePointer) throws(CommandFault) -> [UInt8] {
        guard unsafe zip_source_open(source) == 0 else { throw fault("it cannot be read") }
        defer { unsafe zip_source_close(source) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe zip_source_read(source, $0.baseAddress, zip_uint64_t($0.count))
            }
            guard count >= 0 else { throw fault("it cannot be read") }
            guard count > 0 else { return content }
            content += buffer[..<Int(count)]
        }
    }

    private static func fault(_ what: String) -> CommandFault {
        CommandFault(status: .failure, message: "the archive cannot be made: \(what)")
    }
}
