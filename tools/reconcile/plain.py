"""The same comparison by hand, in one statement of DuckDB's SQL: what the expressions are measured against."""

COMPARED = """
WITH theirs AS (
    SELECT *, row_number() OVER (PARTITION BY reference, kind ORDER BY line) AS nth FROM channel
),
pairs AS (
    SELECT t.line, coalesce(o.reference, t.reference) AS reference, coalesce(o.kind, t.kind) AS kind,
        o.amount_fen AS our_fen, t.amount_fen AS channel_fen, t.fee_fen, o.payment_id, o.merchant_id, o.day, o.standing,
        o.terminal, o.batch, o.made, o.trace, o.scheme, t.terminal AS channel_terminal, t.trace AS channel_trace,
        CASE
            WHEN t.line IS NULL AND o.standing = 'due' THEN 'short'
            WHEN t.line IS NULL THEN 'none'
            WHEN t.nth > 1 THEN 'duplicate'
            WHEN o.reference IS NULL OR o.standing = 'gone' THEN 'long'
            WHEN o.standing = 'cleared' THEN 'duplicate'
            WHEN o.standing = 'short' THEN 'late'
            WHEN o.amount_fen <> t.amount_fen THEN 'amount'
            ELSE 'matched'
        END AS finding
    FROM ours o FULL JOIN theirs t ON o.reference = t.reference AND o.kind = t.kind
),
vouched AS (
    SELECT s.terminal, s.batch, s.scheme
    FROM (
        SELECT terminal, batch, scheme,
            sum(CASE WHEN credit THEN 0 ELSE abs(amount_fen) END) AS debit_fen,
            sum(CASE WHEN credit THEN 0 ELSE 1 END) AS debit_count,
            sum(CASE WHEN credit THEN abs(amount_fen) ELSE 0 END) AS credit_fen,
            sum(CASE WHEN credit THEN 1 ELSE 0 END) AS credit_count
        FROM ours
        WHERE batch IS NOT NULL AND standing IN ('due', 'later', 'cleared', 'short') AND kind <> 'reversal'
        GROUP BY terminal, batch, scheme
    ) s JOIN totals USING (terminal, batch, scheme, debit_fen, debit_count, credit_fen, credit_count)
),
lone AS (SELECT terminal, trace, max(amount_fen) AS lone_fen FROM till GROUP BY terminal, trace)
SELECT p.line, p.reference, p.kind, p.our_fen, p.channel_fen, p.fee_fen, p.payment_id, p.merchant_id, p.day, p.standing,
    p.finding, p.channel_terminal, p.channel_trace,
    CASE
        WHEN p.finding IN ('long', 'duplicate') THEN p.channel_fen - p.fee_fen
        WHEN p.finding = 'short' THEN -p.our_fen
        WHEN p.finding IN ('amount', 'late') THEN p.channel_fen - p.our_fen
        ELSE 0
    END AS difference_fen,
    CASE
        WHEN p.our_fen IS NULL AND l.lone_fen = abs(p.channel_fen) THEN 'only_till'
        WHEN p.our_fen IS NULL THEN 'silent'
        WHEN i.terminal IS NOT NULL AND i.amount_fen IS NULL THEN 'absent'
        WHEN i.amount_fen <> abs(p.our_fen) THEN 'other'
        WHEN i.terminal IS NOT NULL OR v.terminal IS NOT NULL THEN 'same'
        ELSE 'silent'
    END AS till_says
FROM pairs p
LEFT JOIN till i ON i.terminal = p.terminal AND i.made = p.made AND i.trace = p.trace
LEFT JOIN vouched v ON v.terminal = p.terminal AND v.batch = p.batch AND v.scheme = p.scheme
LEFT JOIN lone l ON l.terminal = p.channel_terminal AND l.trace = p.channel_trace
WHERE p.finding <> 'none'
"""
