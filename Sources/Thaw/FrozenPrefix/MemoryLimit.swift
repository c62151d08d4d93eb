import Foundation

/// How much memory this process may use: the machine's, or less where a container says so.
enum MemoryLimit {
    /// In bytes.
    static var bytes: Int {
        min(Int(clamping: ProcessInfo.processInfo.physicalMemory), ofControlGroups() ?? .max)
    }

    /// The least limit of the control groups that the process is in (Linux's cgroups, versions 1 and 2); nil where there is none.
    ///
    /// - Parameters:
    ///   - groups: the file that names the groups.
    ///   - root: the folder in which the groups are.
    static func ofControlGroups(
        groups: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup"
    ) -> Int? {
        guard let lines = try? String(contentsOfFile: groups, encoding: .utf8) else { return nil }
        var limits: [Int] = []
        for line in lines.split(separator: "\n").prefix(100) {
            // Number, controllers, path; version 2 has no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[1].isEmpty || parts[1].split(separator: ",").contains("memory")
            else {
                continue
            }
            let (folder, name) =
                parts[1].isEmpty ? (root, "memory.max") : ("\(root)/memory", "memory.limit_in_bytes")
            // Those above limit too. From inside a container the path itself may not be seen.
            var path = parts[2].split(separator: "/").filter { $0 != ".." }
            while true {
                let file = ([folder] + path.map(String.init) + [name]).joined(separator: "/")
                if let text = try? String(contentsOfFile: file, encoding: .utf8),
                    let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), limit > 0
                {
                    limits.append(limit)
                }
                guard path.popLast() != nil else { break }
            }
        }
        return limits.min()
    }
}
