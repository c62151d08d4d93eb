/// The style sheet of the report, for light and dark screens. Lines differ in their dashes too, not in colour alone.
enum DemoPageStyle {
    static let css = """
        :root { color-scheme: light dark; --page: #ffffff; --text: #1c2330; --faint: #5a6475; --rule: #d9dee6;
          --box: #f5f7fa; --bad: #b3261e; --line-0: #4a6fb5; --line-1: #c8501e; --line-2: #2b8a5b; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #14181f; --text: #e6e9ef; --faint: #9aa5b5; --rule: #343c49; --box: #1c222c; --bad: #ff8a80;
            --line-0: #8ab0f5; --line-1: #ff9d6e; --line-2: #6fd6a3; } }
        body { margin: 0; background: var(--page); color: var(--text);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
        h1 { font-size: 1.8rem; line-height: 1.25; margin: 0 0 0.75rem; }
        h2 { font-size: 1.25rem; margin: 2.25rem 0 0.6rem; }
        h3 { font-size: 1rem; margin: 1rem 0 0.3rem; color: var(--faint); }
        .lead { font-size: 1.06rem; max-width: 48rem; }
        ul { padding-left: 1.2rem; } li { margin: 0.35rem 0; max-width: 52rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 0.94rem; }
        th, td { padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--rule); text-align: left; white-space: nowrap; }
        thead th { color: var(--faint); font-weight: 600; } thead tr:first-child th { border-bottom: 0; }
        td { font-variant-numeric: tabular-nums; } .bad { color: var(--bad); font-weight: 700; }
        th small { display: block; font-weight: 400; color: var(--faint); white-space: normal; max-width: 22rem; }
        .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.4rem;
          font-size: 0.88rem; }
        .legend svg { vertical-align: middle; margin-right: 0.5rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 0.9rem; }
        figure { margin: 0; background: var(--box); border-radius: 8px; padding: 0.4rem; }
        figure svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--text); font: 11px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
        svg text.title { font-size: 13px; font-weight: 600; } svg text.label { fill: var(--faint); }
        .grid { stroke: var(--rule); stroke-width: 1; } .axis { stroke: var(--faint); stroke-width: 1; }
        polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .series-0 { stroke: var(--line-0); } .series-1 { stroke: var(--line-1); stroke-dasharray: 7 3; }
        .series-2 { stroke: var(--line-2); stroke-dasharray: 2 3; }
        .dot-0 { fill: var(--line-0); } .dot-1 { fill: var(--line-1); } .dot-2 { fill: var(--line-2); }
        dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.5rem 1.2rem; font-size: 0.94rem; }
        dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
        code { background: var(--box); border-radius: 4px; padding: 0.1rem 0.35rem; font-size: 0.9em; }
        @media (max-width: 640px) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.6rem; } }
        """
}
