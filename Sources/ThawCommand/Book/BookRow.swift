import Thaw

/// A row of the table of published experiments: what it trains, what was reported, and how it is run here.
struct BookRow: Sendable {
    /// Which images it needs.
    enum Images: String, Sendable {
        case none, fashionMNIST = "Fashion-MNIST", cifar10 = "CIFAR-10"
    }

    /// Its number in the table.
    let number: Int
    /// What it trains, in a line.
    let title: String
    let images: Images
    /// What was reported, with the bands.
    let bands: [Band]
    /// The reported time of a training step, in milliseconds.
    let reportedMilliseconds: Double?
    /// Trains once.
    let run: @Sendable (BookSession) throws -> RowRun

    init(
        _ number: Int, _ title: String, images: Images = .fashionMNIST, milliseconds: Double? = nil,
        bands: [Band], run: @escaping @Sendable (BookSession) throws -> RowRun
    ) {
        self.number = number
        self.title = title
        self.images = images
        self.bands = bands
        reportedMilliseconds = milliseconds
        self.run = run
    }

    /// All rows, by number.
    static let all: [BookRow] =
        (networkRows + transferRows + scheduleRows + regularizationRows + cifarRows).sorted {
            $0.number < $1.number
        }
}

/// What one run of a row gave.
struct RowRun: Sendable {
    /// Numbers by the quantity's name.
    var values: [String: Double] = [:]
    /// Steps of an epoch.
    var stepsPerEpoch: Int?
    /// Milliseconds of a step, the time of validation included, as progress lines show it.
    var millisecondsPerStep: Double?
    /// Curves and other pictures.
    var charts: [LineChart] = []
    /// What else is worth knowing, in sentences.
    var notes: [String] = []
}
