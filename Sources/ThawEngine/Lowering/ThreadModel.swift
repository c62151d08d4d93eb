/// Decides how many threads a step runs on, from its size alone, so that the bits do not depend on timing.
struct ThreadModel {
    /// The most threads a step may use.
    let maximum: Int

    // A parallel region costs about half a microsecond; a core does about 250 float operations per nanosecond in a
    // matrix product and handles about 8 to 16 elements per nanosecond elementwise.
    private static let operationsWorthSharing = 400_000
    private static let elementsWorthSharing = 16_384

    /// For matrix products and convolutions, by floating-point operations.
    func forProduct(operations: Int) -> Int32 {
        Int32(operations >= Self.operationsWorthSharing ? maximum : 1)
    }

    /// For loops over memory, by elements times work per element (1 is a simple arithmetic operation).
    func forElements(_ count: Int, work: Int = 1) -> Int32 {
        Int32(count * max(1, work) >= Self.elementsWorthSharing ? maximum : 1)
    }
}
