import ArgumentParser

/// The option of commands that read files of weights.
struct DictionaryOption: ParsableArguments {
    @Option(
        name: .customLong("dictionary"),
        help: ArgumentHelp(
            "Which dictionary of a PyTorch checkpoint to take where it holds several, for example ema; state_dict, "
                + "model_state_dict or model by default.", valueName: "name"))
    var name: String?
}
