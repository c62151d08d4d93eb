import Foundation
import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

/// What becomes of the engine where address space is limited (`ulimit -v`).
@Suite struct ArenaTests {
    /// No more is reserved than half of what there may be, and what is reserved can be used.
    @Test func reservesWhatTheLimitAllows() throws {
        let arena = try Arena(limit: 1 << 29)
        try arena.ensure(100 << 20)
        arena.base.storeBytes(of: 7, toByteOffset: (100 << 20) - 8, as: Int.self)
        #expect(arena.committed >= 100 << 20)
        let tooLarge = #expect(throws: EngineError.self) { try arena.ensure(257 << 20) }
        #expect(tooLarge?.description.contains("ulimit -v") == true)
        let none = #expect(throws: EngineError.self) { _ = try Arena(limit: (1 << 29) - 1) }
        #expect(none?.description.contains("cannot reserve 256 MiB") == true)
    }

    #if os(Linux)
        /// In a process that may hardly take more than it has, variables are made, read and written; compiling throws, and does
        /// not end the process.
        @Test func computingThrowsWhereAddressSpaceIsShort() async {
            await #expect(processExitsWith: .success) {
                try ArenaTests.limitAddressSpace(beyondOwn: 96 << 20)
                let engine = OneDNNEngine.shared
                let variable = try engine.makeVariable(name: "v", initialValue: Tensor([1, 2]))
                try variable.write(Tensor([3, 4]))
                #expect(variable.read() == Tensor([3, 4]))
                let error = #expect(throws: EngineError.self) { try ArenaTests.double(variable, on: engine) }
                #expect(error?.description.contains("ulimit -v") == true)
            }
        }

        /// With a little more, it computes.
        @Test func computesInLittleAddressSpace() async {
            await #expect(processExitsWith: .success) {
                try ArenaTests.limitAddressSpace(beyondOwn: 800 << 20)
                let engine = OneDNNEngine.shared
                let variable = try engine.makeVariable(name: "v", initialValue: Tensor([1, 2]))
                #expect(try ArenaTests.double(variable, on: engine) == Tensor([2, 4]))
            }
        }

        /// Limits the process to what it has and so many bytes.
        private static func limitAddressSpace(beyondOwn bytes: UInt64) throws {
            let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            let pages = try #require(status.split(separator: " ").first.flatMap { UInt64($0) })
            var limit = rlimit()
            limit.rlim_cur = rlim_t(pages * UInt64(sysconf(Int32(_SC_PAGESIZE))) + bytes)
            limit.rlim_max = limit.rlim_cur
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
        }

        private static func double(_ variable: any Variable, on engine: OneDNNEngine) throws -> Tensor? {
            let graph = Graph()
            graph.addOutput("y", try graph.read(variable) * 2)
            return try engine.compile(graph).run([:])["y"]
        }
    #endif
}
