"""What the dashboard shows: the pipeline and the SLA, from the citizen's view down to the processes."""

from __future__ import annotations

from deploy.observe.grafana.dashboard import Panel, Query, Row

_RATE = "[$__rate_interval]"


def rate(metric: str, by: str) -> str:
    """Per second, summed over all but the labels `by`."""
    return f"sum by ({by}) (rate({metric}{_RATE}))"


def quantiles(metric: str, *quantile: float, by: str = "", where: str = "") -> tuple[Query, ...]:
    """Quantiles of a histogram, for each value of the label `by` if there is one."""
    labels, legend = (f"le, {by}", f"{{{{{by}}}}} ") if by else ("le", "")
    return tuple(
        Query(f"histogram_quantile({q}, sum by ({labels}) (rate({metric}_bucket{where}{_RATE})))", f"{legend}p{q * 100:g}")
        for q in quantile
    )


def day(metric: str) -> tuple[Query, ...]:
    return (Query(f"sum(increase({metric}[24h])) or vector(0)"),)


_FIRST = '{what=~"received|assigned"}'
_HAPPENED = '{what=~"accepted|answered|breached|escalated|transferred|reopened|closed"}'

OVERVIEW = Row(
    "Tổng quan",
    (
        Panel(
            "Cảnh báo đang kêu",
            "Alerts that fire now, without the heartbeat.",
            "short",
            (Query('count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)'),),
            "stat",
            4,
            1,
        ),
        Panel(
            "Phản ánh trong 24 giờ",
            "Petitions that the classify stage has handled, from all channels.",
            "short",
            day('petitions_stage_records_total{topic="petitions.intake"}'),
            "stat",
            4,
        ),
        Panel(
            "Trả lời đầu tiên (p99)",
            "From reception to the first reply at the citizen's view; objective: under a second.",
            "s",
            (Query(f"histogram_quantile(0.99, sum by (le) (rate(petitions_reply_seconds_bucket{_FIRST}[5m])))"),),
            "stat",
            4,
            1,
        ),
        Panel(
            "Hồ sơ đang mở",
            "Cases whose clock runs: entries with a pending timer.",
            "short",
            (Query('sum(petitions_open_entries{stage="case"})'),),
            "stat",
            4,
        ),
        Panel(
            "Quá hạn trong 24 giờ",
            "Deadlines that passed.",
            "short",
            day('petitions_case_events_total{what="breached"}'),
            "stat",
            4,
        ),
        Panel(
            "Bản ghi bị loại trong 24 giờ",
            "New records on petitions.dlq.",
            "short",
            day("petitions_dead_letters_total"),
            "stat",
            4,
            1,
        ),
    ),
)

INTAKE = Row(
    "Tiếp nhận và trả lời",
    (
        Panel(
            "Tốc độ tiếp nhận",
            "Petitions into the pipeline, and events that Kafka acknowledged to the HTTP side, by type.",
            "cps",
            (
                Query(rate('petitions_stage_records_total{topic="petitions.intake"}', "topic"), "phản ánh"),
                Query(rate("petitions_published_total", "type"), "{{type}}"),
            ),
        ),
        Panel(
            "Độ trễ của trả lời đầu tiên",
            "From reception to `received` or `assigned` at the citizen's event stream.",
            "s",
            quantiles("petitions_reply_seconds", 0.5, 0.95, 0.99, where=_FIRST),
            limit=1,
        ),
        Panel(
            "Luồng sự kiện đang mở (SSE)",
            "Open Server-Sent-Events streams, of citizens and of departments.",
            "short",
            (Query("sum by (kind) (petitions_sse_open)", "{{kind}}"),),
        ),
        Panel(
            "Yêu cầu HTTP theo đường và mã",
            "Requests by route template and status.",
            "reqps",
            (Query(rate("petitions_http_requests_total", "route, status"), "{{route}} {{status}}"),),
        ),
        Panel(
            "Thời gian trả lời HTTP (p99)",
            "Time to the response's start, by route; a fresh tracking code may wait up to three seconds for its first event.",
            "s",
            quantiles("petitions_http_request_seconds", 0.99, by="route"),
        ),
        Panel(
            "Sự kiện Kafka không xác nhận",
            "The callers got an error (503) and must send again; nothing is half-accepted.",
            "cps",
            (Query(rate("petitions_publish_failed_total", "type"), "{{type}}"),),
        ),
    ),
)

STAGES = Row(
    "Công đoạn xử lý dòng",
    (
        Panel(
            "Bản ghi đã xử lý",
            "Records whose transaction has committed.",
            "cps",
            (Query(rate("petitions_stage_records_total", "stage"), "{{stage}}"),),
        ),
        Panel(
            "Giao dịch Kafka",
            "Transactions committed.",
            "ops",
            (Query(rate("petitions_stage_transactions_total", "stage"), "{{stage}}"),),
        ),
        Panel(
            "Thời gian một bước",
            "From decision to committed and stored.",
            "s",
            quantiles("petitions_stage_step_seconds", 0.5, 0.99, by="stage"),
            limit=2.5,
        ),
        Panel(
            "Số bản ghi mỗi bước",
            "Grows by itself under load.",
            "short",
            quantiles("petitions_stage_step_records", 0.5, 0.99, by="stage"),
        ),
        Panel(
            "Độ trễ theo thời gian",
            "Age of the oldest record in the inbox, and how long what waits in the broker takes at the present rate.",
            "s",
            (
                Query("max by (stage) (petitions_stage_lag_seconds)", "{{stage}}: tuổi"),
                Query(
                    f"sum by (stage) (petitions_stage_lag_records) / {rate('petitions_stage_records_total', 'stage')}",
                    "{{stage}}: còn phải làm",
                ),
            ),
            limit=30,
        ),
        Panel(
            "Bản ghi đang chờ",
            "Not yet committed.",
            "short",
            (Query("sum by (stage) (petitions_stage_lag_records)", "{{stage}}"),),
        ),
        Panel(
            "Phân vùng đang xử lý",
            "Partitions whose processor runs; fewer while a store is restored.",
            "short",
            (Query("count by (stage) (count by (stage, partition) (petitions_stage_ready == 1))", "{{stage}}"),),
        ),
        Panel(
            "Khôi phục kho trạng thái",
            "Changelog records read while restoring.",
            "cps",
            (Query(rate("petitions_stage_restored_records_total", "stage"), "{{stage}}"),),
        ),
        Panel(
            "Bản ghi bị loại",
            "To petitions.dlq, by stage and error.",
            "cps",
            (Query(rate("petitions_dead_letters_total", "stage, error"), "{{stage}} {{error}}"),),
        ),
    ),
)

CONSUMERS = Row(
    "Bên nhận: mô hình đọc và hàng đợi của đơn vị",
    (
        Panel(
            "Sự kiện đã xử lý",
            "Events whose effect is committed.",
            "cps",
            (Query(rate("petitions_consumed_total", "consumer"), "{{consumer}}"),),
        ),
        Panel(
            "Độ trễ theo thời gian",
            "Age of what is shown.",
            "s",
            (Query("max by (consumer) (petitions_consumer_lag_seconds)", "{{consumer}}"),),
            limit=30,
        ),
        Panel(
            "Sự kiện đang chờ",
            "Not yet handled.",
            "short",
            (Query("sum by (consumer) (petitions_consumer_lag_records)", "{{consumer}}"),),
        ),
        Panel(
            "Chuyển đến đơn vị (10 nhiều nhất)",
            "Events delivered to the offices' topics within an hour.",
            "short",
            (Query("topk(10, sum by (office) (increase(petitions_delivered_total[1h])))", "{{office}}"),),
            width=12,
        ),
        Panel(
            "Không chuyển được",
            "Deliveries put aside within an hour; other offices go on.",
            "short",
            (Query("sum by (office) (increase(petitions_parked_total[1h])) > 0", "{{office}}"),),
            width=12,
        ),
    ),
)

DEADLINES = Row(
    "Hạn xử lý (SLA)",
    (
        Panel(
            "Diễn biến hồ sơ mỗi giờ",
            "Events written to the record within an hour, by what happened.",
            "short",
            (Query(f"sum by (what) (increase(petitions_case_events_total{_HAPPENED}[1h]))", "{{what}}"),),
            width=12,
        ),
        Panel(
            "Hồ sơ đang mở",
            "Entries with a pending timer.",
            "short",
            (Query("sum by (stage) (petitions_open_entries)", "{{stage}}"),),
            width=12,
        ),
        Panel("Mốc hạn đã tính", "Timers that fired.", "cps", (Query(rate("petitions_timers_fired_total", "stage"), "{{stage}}"),)),
        Panel(
            "Mốc hạn tính muộn",
            "How long after its instant a timer fired; objective: within five seconds.",
            "s",
            quantiles("petitions_timers_late_seconds", 0.5, 0.99, by="stage"),
            limit=5,
        ),
        Panel(
            "Mốc hạn quá giờ chưa tính",
            "Lateness of the oldest due timer that has not fired.",
            "s",
            (Query("max by (stage) (petitions_timers_overdue_seconds)", "{{stage}}"),),
            limit=60,
        ),
    ),
)

PROCESSES = Row(
    "Tiến trình",
    (
        Panel("Tiến trình đang chạy", "Processes that answer /metrics.", "short", (Query("sum by (job) (up)", "{{job}}"),), width=6),
        Panel(
            "Khởi động lại mỗi giờ",
            "New start times, and what the one-machine runner has started again.",
            "short",
            (
                Query("sum by (job) (changes(process_start_time_seconds[1h]))", "{{job}}"),
                Query("sum by (role) (increase(petitions_restarts_total[1h]))", "runner: {{role}}"),
            ),
            width=6,
        ),
        Panel("Bộ nhớ", "Resident memory.", "bytes", (Query("sum by (job) (process_resident_memory_bytes)", "{{job}}"),), width=6),
        Panel("Bộ xử lý", "Cores in use.", "short", (Query(rate("process_cpu_seconds_total", "job"), "{{job}}"),), width=6),
        Panel(
            "Sẵn sàng từ",
            "How long each role has been ready.",
            "s",
            (Query("time() - max by (role) (petitions_up_since_seconds)", "{{role}}"),),
            "stat",
            24,
        ),
    ),
)

ROWS = (OVERVIEW, INTAKE, STAGES, CONSUMERS, DEADLINES, PROCESSES)
