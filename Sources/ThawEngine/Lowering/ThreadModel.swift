/// Decides how many threads a step runs on, from its size alone, so that the bits do not depend on timing.
///
/// Beside processors of one cache a parallel region costs half a microsecond. On a virtual machine whose processors lie far
/// apart it was measured at 7, mostly for moving what the other thread wrote. Then sharing products of 3 microseconds
/// (those of a hundred-layer net) one by one more than doubled the time of a training step, where it saves a seventh at
/// best. So a step is shared from about 6 microseconds on: a core does about 250 operations per nanosecond in a
/// product, and about 10 elements elementwise.
struct ThreadModel {
    /// The most threads a step may use.
    let maximum: Int
    /// A product or convolution of so many floating-point operations is shared.
    var operationsWorthSharing = 1_500_000
    /// A loop over so many elements is shared.
    var elementsWorthSharing = 65_536
    /// Small steps of so many elements together are divided among threads.
    var elementsWorthDividing = 65_536
    /// A chain of steps of so many elements in all: nothing but sums moves between processors, so less is enough.
    var elementsWorthChaining = 32_768
    /// A chain gives each thread no fewer rows: with less its products become slow.
    var fewestRowsForThread = 4

    init(maximum: Int) { self.maximum = maximum }

    /// For matrix products and convolutions, by floating-point operations.
    func forProduct(operations: Int) -> Int32 { count(operations >= operationsWorthSharing) }

    /// For loops over memory, by elements times work per element (1 is a simple arithmetic operation).
    func forElements(_ elements: Int, work: Int = 1) -> Int32 {
        count(elements * max(1, work) >= elementsWorthSharing)
    }

    /// For independent small steps, by the elements of all.
    func forSideBySide(_ elements: Int) -> Int { Int(count(elements >= elementsWorthDividing)) }

    /// For small steps in a row that each thread takes its own rows through, by the elements of all.
    func forChain(_ elements: Int) -> Int { Int(count(elements >= elementsWorthChaining)) }

    /// How many elements of simple arithmetic take as long as a product's operations.
    func elements(forOperations operations: Int) -> Int { operations / 23 }

    private func count(_ isShared: Bool) -> Int32 { Int32(isShared ? maximum : 1) }
}
