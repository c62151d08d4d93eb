import Testing

@testable import Thaw

@Suite struct StepProgressTests {
    @Test func looksAsInKeras() {
        var line = StepProgress(
            current: 1719, target: 1719, elapsed: 2.2, secondsPerStep: 0.00121,
            metrics: [("accuracy", 0.834), ("loss", 0.4918)], isFinal: true)
        let bar = String(repeating: "━", count: 20)
        #expect(line.bar(styled: false) == "1719/1719 \(bar) 2s 1ms/step - accuracy: 0.8340 - loss: 0.4918")
        #expect(line.plain == "1719/1719 - 2s - 1ms/step - accuracy: 0.8340 - loss: 0.4918")
        line.current = 430
        line.isFinal = false
        #expect(line.bar(styled: false).hasPrefix(" 430/1719 \(bar) 1s 1ms/step"))
        #expect(line.bar(styled: true).contains("\u{1B}[32m━━━━━\u{1B}[0m\u{1B}[37m━━━━━━━━━━━━━━━\u{1B}[0m"))
    }

    @Test func numbersAndTimes() {
        #expect(StepProgress.format(0.5) == "0.5000")
        #expect(StepProgress.format(0.0005) == "5.0000e-04")
        #expect(StepProgress.format(-2) == "-2.0000")
        #expect(StepProgress.format(.nan) == "nan")
        #expect(StepProgress.perStep(2) == "2s")
        #expect(StepProgress.perStep(0.0127) == "13ms")
        #expect(StepProgress.perStep(0.000127) == "127us")
        #expect(StepProgress.remaining(59) == "59s")
        #expect(StepProgress.remaining(125) == "2:05")
        #expect(StepProgress.remaining(3725) == "1:02:05")
    }

    @Test func plainOutputIsOneLinePerEpoch() {
        var text = ""
        let printer = ProgressPrinter(.oneLinePerEpoch, target: 3) { text += $0 }
        printer.heading("Epoch 1/1")
        for step in 1...3 { printer.update(step) { [("loss", 1)] } }
        printer.finish(3, metrics: [("loss", 0.25)])
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0] == "Epoch 1/1")
        #expect(lines[1].hasPrefix("3/3 - 0s - ") && lines[1].hasSuffix("/step - loss: 0.2500"))
    }

    @Test func barIsDrawnAgain() {
        var text = ""
        var reads = 0
        let printer = ProgressPrinter(.progressBar, target: 1000) { text += $0 }
        for step in 1...1000 {
            printer.update(step) {
                reads += 1
                return [("loss", 1)]
            }
        }
        printer.finish(1000, metrics: [("loss", 1)])
        #expect(reads < 100, "metrics are read only when they are shown")
        #expect(text.hasPrefix("\r") && text.hasSuffix("\n"))
        #expect(text.split(separator: "\n").count == 1)
    }

    @Test func silenceIsSilent() {
        var text = ""
        let printer = ProgressPrinter(.silent, target: 1) { text += $0 }
        printer.heading("Epoch 1/1")
        printer.update(1) { [] }
        printer.finish(1, metrics: [])
        #expect(text.isEmpty)
    }

    @Test func narrowTerminalsGetShorterLines() {
        var line = StepProgress(
            current: 430, target: 1719, elapsed: 2.2, secondsPerStep: 0.00121,
            metrics: [("accuracy", 0.834), ("loss", 0.4918)])
        let whole = line.bar(styled: false)
        #expect(line.bar(styled: false, columns: whole.count + 1) == whole)
        for columns in 2...whole.count {
            for styled in [false, true] {
                let text = line.bar(styled: styled, columns: columns)
                #expect(StepProgress.columns(of: text) <= columns - 1)
            }
        }
        let shorter = line.bar(styled: false, columns: whole.count - 9)
        #expect(shorter.contains(" ━━━━━━━━━━ ") && shorter.hasSuffix("loss: 0.4918"))
        let bare = " 430/1719 1s 1ms/step - accuracy: 0.8340 - loss: 0.4918"
        #expect(line.bar(styled: false, columns: bare.count + 1) == bare)
        #expect(line.bar(styled: true, columns: 30) == " 430/1719 1s 1ms/step - accu…")
        #expect(StepProgress.columns(of: line.bar(styled: true)) == whole.count)
        // The last line is not drawn again, and what it says would be lost.
        line.isFinal = true
        #expect(line.bar(styled: false, columns: 30).hasSuffix("loss: 0.4918"))
    }

    @Test func linesAreDrawnAgainWithinTheTerminal() {
        var text = ""
        let printer = ProgressPrinter(.progressBar, target: 3, print: { text += $0 }, columns: { 40 })
        printer.update(1) { [("accuracy", 0.5), ("loss", 1)] }
        printer.finish(3, metrics: [("loss", 1)])
        let drawn = text.split(separator: "\r")
        #expect(drawn.count == 2 && drawn.allSatisfy { StepProgress.columns(of: String($0)) <= 40 })
    }
}
