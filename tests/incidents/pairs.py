"""Pairs of petitions, labelled by hand: about one matter, or about two that look alike. Written for these tests."""

# ruff: noqa: E501 — a pair is read on one line

from __future__ import annotations

from dataclasses import dataclass

HOUR_MS = 3_600_000
NEAR, NEXT, ROUND_THE_CORNER, FAR = (21.0181, 105.8512), (21.0182, 105.8513), (21.0188, 105.8518), (21.0260, 105.8600)
"""NEXT is 15 m from NEAR, ROUND_THE_CORNER 100 m, FAR 1.3 km."""


@dataclass(frozen=True)
class Pair:
    """Two petitions; where one value is given for both it is the same. `hours` lie between them."""

    first: str
    second: str
    category: str
    other_category: str | None = None
    other_ward: str | None = None
    hours: float = 5
    points: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)
    addresses: tuple[str | None, str | None] = (None, None)


SAME: tuple[Pair, ...] = (
    Pair("Đèn đường trước số 12 ngõ 5 phố Huế hỏng 3 hôm nay, buổi tối rất tối.", "Đèn đường ngõ 5 phố Huế, trước số nhà 12 bị hỏng, tối om, đi lại nguy hiểm.", "street-lighting"),
    Pair("Đèn đường trước số 12 ngõ 5 phố Huế hỏng 3 hôm nay", "den duong truoc so 12 ngo 5 pho hue hong may hom roi", "street-lighting"),
    Pair("Cột đèn cao áp số 14 đường Láng không sáng từ thứ hai.", "Cột đèn số 14 trên đường Láng mấy hôm nay không sáng.", "street-lighting"),
    Pair("Rác thải chất đống đầu ngõ 58 Trần Bình, bốc mùi hôi thối.", "Đầu ngõ 58 Trần Bình rác thải chất thành đống, mùi hôi thối không chịu được.", "waste"),
    Pair("Rác tồn đọng tại ngõ 12 Láng Hạ 3 ngày chưa thu gom", "Ngõ 12 Láng Hạ rác tồn đọng không ai thu gom đã 3 ngày", "waste"),
    Pair("Xe rác không vào ngõ 22 Tôn Thất Tùng, rác ùn ứ.", "Rác ùn ứ ở ngõ 22 Tôn Thất Tùng vì xe rác không vào", "waste", hours=30),
    Pair("Nắp cống trước số 45 phố Lò Đúc bị vỡ, rất nguy hiểm cho xe máy.", "Nắp cống vỡ trước nhà số 45 Lò Đúc, xe máy dễ sập hố.", "drainage"),
    Pair("Mưa là ngập sâu nửa mét ở ngã tư Thái Hà - Chùa Bộc.", "Ngã tư Thái Hà Chùa Bộc cứ mưa là ngập sâu, xe chết máy.", "drainage"),
    Pair("Cống tắc, nước thải tràn ra ngõ 97 Văn Cao.", "Nước thải tràn ra đường vì cống tắc, ngõ 97 Văn Cao", "drainage", hours=50),
    Pair("Ổ gà lớn trước số 203 Trường Chinh, đã có người ngã.", "Trước nhà 203 Trường Chinh có ổ gà lớn, nhiều người ngã xe", "road-damage"),
    Pair("Mặt đường sụt lún hố sâu", "Đường bị sụt lún thành hố sâu nguy hiểm", "road-damage", points=(NEAR, NEXT)),
    Pair("Ổ gà giữa đường rất nguy hiểm", "Có ổ gà to giữa đường, đi xe máy dễ ngã", "road-damage", points=(NEAR, NEXT), hours=20),
    Pair("Cây xà cừ đổ chắn ngang đường Phan Đình Phùng, gần số 30.", "Cây xà cừ bị đổ chắn đường Phan Đình Phùng đoạn số 30", "trees", hours=1),
    Pair("Cây khô sắp đổ trước cổng trường mầm non Hoa Sen", "Trước cổng trường mầm non Hoa Sen có cây khô sắp đổ", "trees", hours=26),
    Pair("Quán karaoke số 8 phố Trung Kính hát ồn đến 1 giờ sáng.", "Karaoke ở số 8 Trung Kính mở nhạc ồn ào đến 1 giờ sáng không ngủ được", "noise"),
    Pair("Công trình xây dựng số 19 ngõ 4 Phương Mai khoan đục ban đêm gây ồn.", "Ngõ 4 Phương Mai số 19 xây dựng khoan đục cả đêm ồn không ngủ được", "noise"),
    Pair("Vỉa hè trước số 66 Bà Triệu bị quán cà phê lấn chiếm hết.", "Quán cà phê 66 Bà Triệu lấn chiếm vỉa hè, không còn lối đi bộ.", "sidewalk"),
    Pair("Ô tô đỗ kín vỉa hè trước số 10 Lý Thường Kiệt.", "oto do kin via he truoc so 10 ly thuong kiet", "sidewalk"),
    Pair("Mất nước 2 ngày ở toà CT2A khu đô thị Xa La.", "Toà CT2A khu đô thị Xa La mất nước đã 2 ngày chưa có lại", "water-supply", hours=12),
    Pair("Mất nước sinh hoạt từ sáng tại ngõ 190 Nguyễn Trãi", "Ngõ 190 Nguyễn Trãi mất nước sinh hoạt cả ngày", "water-supply", hours=8),
    Pair("Mất điện cả ngõ 33 Tạ Quang Bửu từ 9 giờ tối.", "Cả ngõ 33 Tạ Quang Bửu mất điện từ 9 giờ tối đến giờ chưa có", "electricity", hours=2),
    Pair("Dây điện đứt rơi xuống đường trước số 5 Hàng Bông", "Trước số 5 Hàng Bông dây điện đứt rơi xuống đường rất nguy hiểm", "electricity", hours=1),
    Pair("Đèn tín hiệu giao thông ngã tư Kim Mã - Liễu Giai hỏng", "Đèn tín hiệu ngã tư Kim Mã Liễu Giai bị hỏng, giao thông lộn xộn", "traffic-signal", hours=3),
    Pair("Biển quảng cáo sắp rơi ở số 77 Cầu Giấy", "Số 77 Cầu Giấy có biển quảng cáo sắp rơi xuống đường", "advertising"),
    Pair("Đốt rơm rạ khói mù mịt ở cánh đồng thôn Đoài", "Khói mù mịt do đốt rơm rạ cánh đồng thôn Đoài", "pollution", hours=4),
    Pair("Xưởng nhựa xả khói đen khét lẹt", "Xưởng tái chế nhựa xả khói đen khét cả khu", "pollution", points=(NEAR, NEXT), hours=40),
    Pair("Chó thả rông không rọ mõm ở tổ 14 cắn người", "Tổ dân phố 14 có chó thả rông không rọ mõm, đã cắn người", "animals", hours=30),
    Pair("Tuyến buýt số 32 bỏ bến Nhổn sáng nay", "Sáng nay xe buýt số 32 bỏ bến không đón khách ở Nhổn", "public-transport", hours=2),
    Pair("Street light broken in front of number 25 Hang Bac", "Broken street light at number 25 Hang Bac street", "street-lighting", hours=6),
    Pair("Hố ga mất nắp", "Hố ga bị mất nắp", "drainage", points=(NEAR, NEAR), addresses=("31 Lò Đúc", "số 31 phố Lò Đúc"), hours=3),
    Pair("Rác chưa thu gom", "Rác thải để tràn lan", "waste", points=(NEAR, NEXT)),
    Pair("Cột điện nghiêng sắp đổ ở ngách 58/23 Trần Bình", "Ngõ 58 ngách 23 Trần Bình có cột điện nghiêng, sắp đổ", "electricity", hours=20),
)  # fmt: skip

DIFFERENT: tuple[Pair, ...] = (
    # The same street, another number.
    Pair("Đèn đường trước số 12 phố Huế hỏng 3 hôm nay", "Đèn đường trước số 21 phố Huế hỏng 3 hôm nay", "street-lighting"),
    Pair("Rác thải chất đống đầu ngõ 58 Trần Bình, bốc mùi", "Rác thải chất đống đầu ngõ 85 Trần Bình, bốc mùi", "waste"),
    Pair("Rác tồn đọng tại ngõ 12 Láng Hạ 3 ngày chưa thu gom", "Rác tồn đọng tại ngõ 12A Láng Hạ 3 ngày chưa thu gom", "waste"),
    Pair("Mất nước ở toà CT2A khu đô thị Xa La", "Mất nước ở toà CT2B khu đô thị Xa La", "water-supply"),
    Pair("Cột đèn số 14 đường Láng không sáng", "Cột đèn số 41 đường Láng không sáng", "street-lighting"),
    Pair("Ngách 58/23 Trần Bình mất điện", "Ngách 58/32 Trần Bình mất điện", "electricity"),
    Pair("Tuyến buýt 32 bỏ bến Nhổn sáng nay", "Tuyến buýt 34 bỏ bến Nhổn sáng nay", "public-transport"),
    Pair("Tổ dân phố 14 chó thả rông cắn người", "Tổ dân phố 15 chó thả rông cắn người", "animals"),
    Pair("den duong ngo 12 lang ha hong", "den duong ngo 21 lang ha hong", "street-lighting"),
    Pair("Karaoke số 8 Trung Kính hát ồn đến 1 giờ sáng", "Karaoke số 18 Trung Kính hát ồn đến 1 giờ sáng", "noise"),
    Pair("Ổ gà lớn trước số 203 Trường Chinh", "Ổ gà lớn trước số 302 Trường Chinh", "road-damage", points=(NEAR, NEXT)),
    # The same number, another street.
    Pair("Đèn đường ngõ 12 phố Huế hỏng 3 hôm nay", "Đèn đường ngõ 12 phố Bà Triệu hỏng 3 hôm nay", "street-lighting"),
    Pair("rác ngõ 12 láng hạ chưa thu gom", "rác ngõ 12 giảng võ chưa thu gom", "waste"),
    Pair("Vỉa hè trước số 66 Bà Triệu bị lấn chiếm", "Vỉa hè trước số 66 Lò Đúc bị lấn chiếm", "sidewalk"),
    Pair("Nắp cống vỡ trước số 45 Lò Đúc", "Nắp cống vỡ trước số 45 Hàng Bài", "drainage"),
    Pair("Mất điện cả ngõ 33 Tạ Quang Bửu", "Mất điện cả ngõ 33 Lê Thanh Nghị", "electricity"),
    # The same words, another place by name.
    Pair("Cây khô sắp đổ trước cổng trường mầm non Hoa Sen", "Cây khô sắp đổ trước cổng trường mầm non Hoa Hồng", "trees"),
    Pair("Rác thải ùn ứ ở chợ Hôm, bốc mùi hôi thối", "Rác thải ùn ứ ở chợ Mơ, bốc mùi hôi thối", "waste"),
    Pair("Đốt rơm rạ khói mù mịt ở cánh đồng thôn Đoài", "Đốt rơm rạ khói mù mịt ở cánh đồng thôn Đông", "pollution"),
    Pair("Ngã tư Thái Hà - Chùa Bộc ngập sâu khi mưa", "Ngã tư Kim Mã - Liễu Giai ngập sâu khi mưa", "drainage"),
    Pair("Hồ Đống Đa cá chết nổi trắng, nước bốc mùi hôi", "Hồ Linh Đàm cá chết nổi trắng, nước bốc mùi hôi", "pollution"),
    Pair("Kính gửi UBND phường, đề nghị kiểm tra quán nhậu Hải Xồm gây ồn ban đêm", "Kính gửi UBND phường, đề nghị kiểm tra quán nhậu Lan Chín gây ồn ban đêm", "noise"),
    # The same words, another point on the map.
    Pair("Rác thải không được thu gom ba ngày nay", "Rác thải không được thu gom ba ngày nay", "waste", points=(NEAR, FAR)),
    Pair("Ổ gà giữa đường rất nguy hiểm", "Ổ gà giữa đường rất nguy hiểm", "road-damage", points=(NEAR, FAR)),
    Pair("Đèn đường hỏng nhiều ngày nay không ai sửa", "Đèn đường hỏng nhiều ngày nay không ai sửa", "street-lighting", points=(FAR, NEAR)),
    # The same ward and place, another category.
    Pair("Trước số 12 phố Huế rác đổ đầy", "Trước số 12 phố Huế rác đổ đầy", "waste", other_category="sidewalk"),
    Pair("Trước số 45 Lò Đúc nắp cống vỡ", "Trước số 45 Lò Đúc nắp cống vỡ", "drainage", other_category="road-damage"),
    Pair("Cây đổ vào dây điện ở ngõ 5 phố Huế", "Cây đổ vào dây điện ở ngõ 5 phố Huế", "trees", other_category="electricity", points=(NEAR, NEXT)),
    # The same words, another ward.
    Pair("Mất nước sinh hoạt từ sáng tại tổ 5", "Mất nước sinh hoạt từ sáng tại tổ 5", "water-supply", other_ward="00004"),
    Pair("Rác tồn đọng ở ngõ 12 đường Hoàng Hoa Thám", "Rác tồn đọng ở ngõ 12 đường Hoàng Hoa Thám", "waste", other_ward="00008"),
    Pair("Đèn đường số 3 phố Lê Duẩn hỏng", "Đèn đường số 3 phố Lê Duẩn hỏng", "street-lighting", other_ward="00004", points=(NEAR, NEXT)),
    # The same place, weeks apart.
    Pair("Rác chất đống đầu ngõ 58 Trần Bình", "Rác chất đống đầu ngõ 58 Trần Bình", "waste", hours=24 * 21),
    Pair("Mất điện cả ngõ 33 Tạ Quang Bửu", "Mất điện cả ngõ 33 Tạ Quang Bửu", "electricity", hours=24 * 60),
    # The same street and category, another thing.
    Pair("Vỉa hè Bà Triệu lát đá bị bong tróc", "Hàng rong bán đầy trên phố Bà Triệu", "sidewalk"),
    Pair("Trường tiểu học Nam Thành Công thu tiền quỹ lớp", "Trường tiểu học Nam Thành Công cô giáo đánh học sinh", "education"),
    Pair("Trạm y tế hết thuốc bảo hiểm cho người già", "Trạm y tế thái độ nhân viên hách dịch với bệnh nhân", "health"),
    Pair("Thủ tục cấp sổ đỏ chậm, nộp hồ sơ ba tháng chưa trả", "Cán bộ một cửa yêu cầu bổ sung giấy khai sinh nhiều lần", "admin-procedure"),
    Pair("Xe tải chạy giờ cấm trên đường Giải Phóng", "Đua xe ban đêm trên đường Giải Phóng", "traffic-order"),
    Pair("Đường Láng tắc cứng giờ cao điểm", "Cột đèn số 14 đường Láng bị xe tải đâm đổ", "traffic-order"),
    Pair("Bún chả số 20 Hàng Mã mất vệ sinh, ruồi nhặng", "Quán phở số 20 Hàng Bồ mất vệ sinh, ruồi nhặng", "food-safety"),
    Pair("Nhà số 7 ngách 12 xây lấn ngõ không phép", "Nhà số 9 ngách 12 xây lấn ngõ không phép", "construction"),
    # A geocoder's point: both at the ward's centre.
    Pair("Rác không được thu gom", "Rác không được thu gom", "waste", points=((21.032, 105.85), (21.032, 105.85)), addresses=("chợ Hàng Bè", "phố Hàng Đào")),
)  # fmt: skip
