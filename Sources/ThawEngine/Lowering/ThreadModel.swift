/// Decides how many threads a step runs on, from its size alone, so that the bits do not depend on timing.
struct ThreadModel {
    /// The most threads a step may use.
    let maximum: Int

    // On a quiet machine a parallel region costs half a microsecond. On a virtual machine whose processors lie far apart or
    // are shared it was measured at 7, and then sharing steps of 3 microseconds (the products of a hundred-layer net)
    // more than doubled the time of a step, where it saves a seventh at best. So a step is shared from about 6
    // microseconds on: a core does about 250 operations per nanosecond in a product, and about 10 elements elementwise.
    private static let operationsWorthSharing = 1_500_000
    private static let elementsWorthSharing = 65_536

    /// For matrix products and convolutions, by floating-point operations.
    func forProduct(operations: Int) -> Int32 {
        Int32(operations >= Self.operationsWorthSharing ? maximum : 1)
    }

    /// For loops over memory, by elements times work per element (1 is a simple arithmetic operation).
    func forElements(_ count: Int, work: Int = 1) -> Int32 {
        Int32(count * max(1, work) >= Self.elementsWorthSharing ? maximum : 1)
    }
}
