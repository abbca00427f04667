"""General news that has nothing to do with dân vận, put together from hand-written fragments.

Twenty-five fields, each with titles, leads and sentences; every article is spiced with sentences that hold the dangerous
words (vận động, nhân dân, Mặt trận, đoàn kết, giám sát, tiếp dân …) the way general news holds them: once, in passing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Article(NamedTuple):
    """One neutral article."""

    field: str
    title: str
    lead: str
    text: str


PLACES = (
    "Hà Nội", "Quảng Ninh", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Trị", "Huế", "Đà Nẵng", "Gia Lai", "Đắk Lắk", "Khánh Hòa",
    "Lâm Đồng", "Đồng Nai", "Tây Ninh", "Đồng Tháp", "An Giang", "Cần Thơ", "Vĩnh Long", "Cà Mau", "Lào Cai", "Sơn La", "Hưng Yên",
)  # fmt: skip

FIELDS: dict[str, tuple[str, str, str]] = {
    "thể thao": (
        """{p} thắng nghẹt thở ở vòng 12
Vận động viên {p} phá kỷ lục quốc gia sau {n} năm
Huấn luyện viên tuyển nữ chốt danh sách {n} cầu thủ
Giải bóng chuyền nhân dân tranh cúp mùa xuân khai mạc""",
        """Bàn thắng phút 89 giúp đội khách rời sân với trọn ba điểm.
Các vận động viên trẻ được kỳ vọng giành suất dự đại hội khu vực.
Hơn {n} vận động viên của 18 tỉnh, thành tranh tài trong bốn ngày.""",
        """Hiệp một, chủ nhà cầm bóng 61% nhưng không có cú sút trúng đích nào.
Huấn luyện viên cho rằng hàng thủ thiếu giám sát lẫn nhau ở tình huống cố định.
Sự đoàn kết trong phòng thay đồ là điều ban huấn luyện nhắc đến nhiều nhất.
Vận động viên sinh năm 2004 về đích với 2 phút 4 giây, kém kỷ lục 0,3 giây.
Ban tổ chức phạt đội bóng 15 triệu đồng vì cổ động viên đốt pháo sáng.
Trận tới, đội phải làm khách trên sân của đương kim vô địch.
Người dân hai bên đường đón các vận động viên, giúp nhau phát nước uống.
Chạy bộ gây quỹ, mỗi nhà góp một đôi giày cũ.""",
    ),
    "kinh tế": (
        """Xuất khẩu cá tra đạt {n} triệu USD
{p} thu hút thêm {n} dự án đầu tư
Lãi suất huy động nhích lên ở nhiều ngân hàng
Giá xăng giảm lần thứ ba liên tiếp""",
        """Kim ngạch tháng này tăng {n}% so với cùng kỳ.
Doanh nghiệp kiến nghị gỡ vướng về thuế và mặt bằng.
Thị trường trong nước phục hồi chậm hơn dự báo.""",
        """Ngân hàng Nhà nước điều hành tỷ giá linh hoạt, hỗ trợ doanh nghiệp tiếp cận vốn.
Sở Công Thương vận động các siêu thị tham gia chương trình bình ổn giá.
Hiệp hội đề nghị cơ quan quản lý giám sát chặt hàng nhập khẩu.
Nông dân trồng thanh long lãi 120 triệu đồng mỗi héc-ta.
Chuỗi cung ứng gián đoạn khiến chi phí vận tải tăng gấp đôi.
Doanh thu quý III của tập đoàn tăng 14%, lợi nhuận giảm nhẹ.
Nông dân thảo luận với thương lái về giá thu mua đầu vụ.
Giá ngày công gặt tăng, các hộ đổi công, giúp nhau gặt kịp lúa.""",
    ),
    "hình sự": (
        """Bắt nhóm trộm xe máy liên tỉnh ở {p}
Khởi tố nguyên giám đốc ban quản lý dự án
Triệt phá đường dây ma túy, thu {n} kg tang vật
Tuyên án tử hình kẻ giết người cướp của""",
        """Công an xác định nhóm này gây ra {n} vụ trong sáu tháng.
Bị can bị cáo buộc gây thiệt hại {n} tỷ đồng.
Cơ quan điều tra kêu gọi ai là nạn nhân đến trình báo.""",
        """Tại cơ quan công an, nghi phạm khai nhận toàn bộ hành vi.
Qua tin báo của quần chúng nhân dân, trinh sát đã mật phục ba đêm.
Viện kiểm sát nhân dân tỉnh phê chuẩn lệnh bắt tạm giam bốn tháng.
Tòa án nhân dân cấp cao bác kháng cáo, giữ nguyên hình phạt.
Công an khuyến cáo người dân không chuyển tiền cho người lạ qua mạng.
Công an vận động đối tượng ra đầu thú sau hai ngày lẩn trốn.
Nhờ người dân báo cho công an, chiếc xe được tìm thấy sau hai giờ.
Công an xã đến từng nhà rà soát tạm trú để truy tìm đối tượng.""",
    ),
    "y tế": (
        """{p} ghi nhận {n} ca sốt xuất huyết
Ca ghép gan xuyên Việt thành công
Bệnh viện tỉnh đưa vào sử dụng máy chụp {n} lát cắt
Vì sao người già nên vận động nhẹ buổi sáng""",
        """Bác sĩ khuyến cáo người dân đến viện sớm khi sốt cao.
Ê kíp {n} bác sĩ mổ trong bảy giờ.
Đợt tiêm bổ sung dành cho trẻ dưới năm tuổi.""",
        """Bệnh nhân hồi phục tốt, có thể vận động nhẹ sau ba ngày.
Trạm y tế phối hợp các đoàn thể tuyên truyền, vận động người dân diệt lăng quăng.
Ngành y tế tập huấn phác đồ điều trị cho tuyến huyện.
Nhiều người bệnh phản ánh phải chờ lâu, bệnh viện đã tăng thêm bàn khám.
Chương trình vận động hiến máu thu được 312 đơn vị.
Tỷ lệ tiêm chủng đầy đủ đạt 96%.""",
    ),
    "thế giới": (
        """Tổng thống ký sắc lệnh mới về thuế quan
Động đất {n} người thương vong
Cử tri đi bỏ phiếu trong cuộc bầu cử sớm
Hai bên nối lại đối thoại sau vòng giao tranh""",
        """Liên hợp quốc kêu gọi các bên kiềm chế.
Kết quả kiểm phiếu ban đầu cho thấy hai ứng viên bám đuổi sát nút.
Hàng nghìn người dân sơ tán trong đêm.""",
        """Chính quyền sở tại kêu gọi người dân ở trong nhà, tích trữ nước uống.
Các ứng viên vận động tranh cử tới phút cuối ở bang chiến địa.
Quan sát viên quốc tế giám sát ngừng bắn dọc giới tuyến.
Trên mặt trận phía đông, giao tranh tiếp tục ác liệt.
Người biểu tình đòi chính phủ đối thoại với các nghiệp đoàn.
Đồng nhân dân tệ giảm xuống mức thấp nhất ba tháng.""",
    ),
    "thời tiết": (
        """Bão số {d} đổi hướng, {p} mưa rất to
Không khí lạnh tràn về, vùng núi có băng giá
Nắng nóng {n} độ, đề phòng cháy rừng
Lũ trên sông lên nhanh""",
        """Đài khí tượng cảnh báo nguy cơ lũ quét, sạt lở đất.
Tàu thuyền được kêu gọi vào bờ trước 19 giờ.
Nhiệt độ thấp nhất từ {d} đến 9 độ.""",
        """Lực lượng chức năng vận động {n} hộ dân ở vùng trũng sơ tán.
Biên phòng bắn pháo hiệu, kêu gọi ngư dân về nơi trú ẩn.
Học sinh năm huyện nghỉ học, nhiều tuyến đường ngập sâu.
Công ty thủy điện thông báo xả lũ để nhân dân hạ du chủ động.
Lượng mưa phổ biến 150 - 300 mm, có nơi trên 400 mm.
Đến tối, mực nước tại trạm thủy văn trên báo động hai.
Bộ đội giúp dân chằng chống nhà cửa trước khi bão vào.
Trưởng bản gõ cửa từng nhà báo tin lũ về.""",
    ),
    "văn hóa": (
        """Khai mạc lễ hội hoa ở {p}
Phim Việt thắng lớn tại liên hoan châu Á
Trưng bày {n} hiện vật về chiến khu xưa
Già làng kể chuyện chiêng cho khách du lịch""",
        """Đêm diễn có sự tham gia của {n} nghệ sĩ.
Bảo tàng mở cửa miễn phí trong tuần đầu.
Lễ hội kéo dài ba ngày với nhiều trò chơi dân gian.""",
        """Nghệ sĩ nhân dân chia sẻ kỷ niệm những ngày diễn giữa rừng.
Già làng là nghệ nhân cuối cùng còn biết chỉnh chiêng.
Chương trình vận động được hơn một tỷ đồng tặng trẻ mồ côi.
Đội văn nghệ quần chúng các xã hội diễn chào mừng ngày lễ.
Bản thảo được gia đình nhà văn hiến tặng thư viện.
Di tích được trùng tu bằng nguồn xã hội hóa.
Dân làng góp công dựng cây nêu trước ngày hội.
Các dòng họ bàn bạc với người dân chọn ngày rước kiệu.""",
    ),
    "giao thông": (
        """Thông xe cầu vượt ở {p}
Cao tốc thêm {n} km vào cuối năm
Từ 1/{d}, phạt nguội xe quá tải
Hai xe khách va chạm, {n} người bị thương""",
        """Công trình có tổng vốn {n} tỷ đồng.
Cảnh sát giao thông phân luồng từ xa.
Nhà thầu cam kết bù tiến độ trong quý tới.""",
        """Còn bốn hộ chưa bàn giao mặt bằng, địa phương tiếp tục vận động, hỗ trợ di dời.
Hệ thống camera giám sát hành trình được nối về trung tâm.
Ứng dụng gọi xe giúp người dân vận chuyển hàng hóa rẻ hơn.
Bộ Giao thông vận tải trả lời cử tri về trạm thu phí.
Tài xế không vi phạm nồng độ cồn, nguyên nhân đang được làm rõ.
Đơn vị tư vấn giám sát yêu cầu thay lô thép không đạt chuẩn.""",
    ),
    "giáo dục": (
        """{p} công bố điểm chuẩn lớp 10
Thí sinh đạt {n} điểm ba môn kể bí quyết
Đại học mở thêm {d} ngành mới
Học sinh vùng cao tựu trường sớm""",
        """Năm học này, toàn ngành thiếu {n} giáo viên.
Đề thi được nhận xét vừa sức, có phân hóa.
Trường tặng sách cũ cho học sinh khó khăn.""",
        """Thầy cô cùng trưởng bản đến nhà vận động ba em bỏ học trở lại lớp.
Hội cha mẹ học sinh giám sát bữa ăn bán trú mỗi tuần.
Đoàn trường tổ chức cuộc thi ý tưởng khởi nghiệp.
Môn thể dục được đổi mới theo hướng tăng vận động ngoài trời.
Phụ huynh phản ánh khoản thu ngoài quy định, nhà trường đã trả lại.
Học bổng trị giá 200 triệu đồng được trao cho thủ khoa.""",
    ),
    "bất động sản": (
        """Giá chung cư {p} tăng {n}% sau một năm
Khởi công khu nhà ở xã hội {n} căn
Thanh tra chỉ ra sai phạm ở khu đô thị mới
Đất nền ven đô nguội dần""",
        """Nguồn cung mới chủ yếu ở phân khúc cao cấp.
Chủ đầu tư cam kết bàn giao nhà sau 24 tháng.
Nhiều hộ dân chờ sổ hồng suốt mười năm.""",
        """Cư dân khiếu nại chủ đầu tư về phí quản lý và chỗ để xe.
Ủy ban nhân dân quận đối thoại với chủ đầu tư, yêu cầu hoàn thiện hạ tầng.
Một số hộ khiếu nại kéo dài vì giá bồi thường thấp.
Môi giới rao bán nhà ở xã hội sai quy định bị xử phạt.
Lãi suất vay mua nhà giảm còn 6,5%.
Dự án nằm gần tuyến metro đang thi công.""",
    ),
    "quân sự": (
        """Lữ đoàn xe tăng diễn tập vòng tổng hợp
Tân binh {p} lên đường nhập ngũ
Tàu ngầm cập cảng sau chuyến tuần tra
Hội thao quân sự khai mạc""",
        """{n} cán bộ, chiến sĩ tham gia bắn đạn thật.
Lễ giao nhận quân diễn ra trang trọng.
Đơn vị đạt kết quả giỏi ở cả ba nội dung.""",
        """Quân đội nhân dân tiếp nhận thêm thiết bị rà phá bom mìn.
Đoàn công tác thăm, tặng quà cán bộ, chiến sĩ trên đảo.
Hội Phụ nữ tặng khăn ấm cho tân binh.
Phi công hạ cánh an toàn sau khi máy bay báo lỗi.
Bộ đội biên phòng bắt hai đối tượng vận chuyển pháo nổ.
Đơn vị phát động thi đua huấn luyện giỏi.""",
    ),
    "nhân sự": (
        """{p} có tân Chủ tịch UBND tỉnh
Công bố quyết định về công tác cán bộ
Bổ nhiệm Phó Trưởng Ban Dân vận Tỉnh ủy
Điều động Bí thư Huyện ủy giữ chức Giám đốc Sở""",
        """Hội nghị bỏ phiếu với tỷ lệ {n}%.
Ban Thường vụ trao quyết định chiều nay.
Người được bổ nhiệm từng là Trưởng Ban Dân vận Thành ủy.""",
        """Đồng chí có trình độ thạc sĩ, cao cấp lý luận chính trị.
Phát biểu nhận nhiệm vụ, tân chủ tịch hứa đoàn kết cùng tập thể.
Dự lễ công bố có Trưởng Ban Dân vận Tỉnh ủy, Chủ tịch Ủy ban MTTQ tỉnh.
Quyết định có hiệu lực từ đầu tháng.
Trước đó, đồng chí từng công tác tại Tỉnh đoàn và Hội Nông dân tỉnh.
Tân Trưởng Ban Dân vận nói sẽ lắng nghe ý kiến nhân dân.
Trước khi được điều động, đồng chí phụ trách khối vận của huyện.
Ban Tổ chức Tỉnh ủy công bố danh sách luân chuyển.""",
    ),
    "đại hội": (
        """Đại hội Đảng bộ xã nhiệm kỳ mới thành công
Đảng bộ Công ty Than kết nạp {n} đảng viên
Ủy ban Kiểm tra kết luận vi phạm ở {p}
Hội nghị Ban Chấp hành Đảng bộ tỉnh lần thứ {d}""",
        """Đại hội bầu {n} đồng chí vào Ban Chấp hành.
Nghị quyết đề ra {n} chỉ tiêu, ba đột phá.
Kỳ họp xem xét thi hành kỷ luật hai đảng viên.""",
        """Nghị quyết nhấn mạnh nâng cao hiệu quả công tác dân vận, phát huy vai trò của Mặt trận và các đoàn thể.
Thu ngân sách nhiệm kỳ qua tăng bình quân 11% mỗi năm.
Các đại biểu thảo luận về kiểm tra, giám sát, nội chính, dân vận.
Giải ngân đầu tư công mới đạt 51%, một số dự án vướng mặt bằng.
Đại hội kêu gọi toàn đảng bộ đoàn kết, sáng tạo, bứt phá.
Ủy ban đề nghị cảnh cáo nguyên chủ tịch huyện.
Đảng bộ xác định gần dân, trọng dân, dựa vào dân là bài học của nhiệm kỳ.
Bí thư Huyện ủy nhấn mạnh đảng viên phải gương mẫu đi trước.""",
    ),
    "thăm hỏi": (
        """Lãnh đạo tỉnh {p} thăm, tặng quà gia đình chính sách
Chủ tịch nước tiếp Đại sứ nước bạn
Dâng hương tại nghĩa trang liệt sĩ
Bí thư Thành ủy chúc Tết công nhân vệ sinh""",
        """Đoàn trao {n} suất quà, chúc các gia đình đón xuân ấm áp.
Hai bên nhất trí thúc đẩy quan hệ đối tác.
Đoàn đại biểu dành phút mặc niệm tưởng nhớ các anh hùng.""",
        """Tham gia đoàn có Trưởng Ban Dân vận Tỉnh ủy, đại diện Hội Cựu chiến binh.
Lãnh đạo ân cần hỏi thăm sức khỏe các mẹ Việt Nam anh hùng.
Hai nước phối hợp chặt chẽ tại các diễn đàn, tăng cường giao lưu nhân dân.
Ngân hàng trao tặng năm căn nhà đại đoàn kết cho hộ nghèo.
Đoàn thăm mô hình trồng rau sạch của một hội viên nông dân.
Dịp này, công đoàn cơ sở trao 40 phần quà cho công nhân.""",
    ),
    "kỳ họp": (
        """HĐND tỉnh {p} thông qua {n} nghị quyết
Quốc hội chất vấn Bộ trưởng về điện
Kỳ họp bất thường quyết định đầu tư đường ven biển
Đoàn giám sát Quốc hội làm việc về lãng phí""",
        """Phiên chất vấn kéo dài hơn dự kiến.
Tỉnh dành {n} tỷ đồng cho hạ tầng.
Đại biểu đề nghị làm rõ trách nhiệm chậm tiến độ.""",
        """Bộ trưởng trả lời kiến nghị của cử tri về giá điện.
Hội đồng nhân dân giám sát chuyên đề về sử dụng đất công.
Chủ tịch Ủy ban MTTQ tỉnh trình bày thông báo tham gia xây dựng chính quyền.
Nhiều cử tri quan tâm đến phương án sắp xếp trường học.
Nghị quyết có hiệu lực sau mười ngày.
Đại biểu tranh luận về mức thu phí hạ tầng cảng.""",
    ),
    "nông nghiệp": (
        """Lúa đông xuân {p} trúng mùa
Rầy nâu gây hại {n} ha
Mô hình nuôi tôm công nghệ cao lãi lớn
Giá cà phê lập đỉnh""",
        """Năng suất ước đạt {d} tấn mỗi héc-ta.
Ngành nông nghiệp khuyến cáo phun thuốc đúng lúc.
Thương lái thu mua tận vườn.""",
        """Nông dân vận dụng kỹ thuật tưới nhỏ giọt, giảm 40% lượng nước.
Hội Nông dân phối hợp mở lớp tập huấn trồng nấm.
Xã vừa được công nhận đạt chuẩn nông thôn mới nâng cao.
Hướng dẫn người dân vận hành hồ chứa an toàn mùa mưa.
Trên mặt trận chống hạn, máy bơm chạy suốt đêm.
Chi cục vận động các hộ tiêm phòng cho đàn gia súc.""",
    ),
    "công nghệ": (
        """Ra mắt điện thoại gập giá {n} triệu đồng
Trí tuệ nhân tạo viết tin, lợi và hại
Mạng 5G phủ sóng {p}
Cảnh báo mã độc tống tiền""",
        """Sản phẩm lên kệ từ tuần sau.
Hacker đòi {n} nghìn USD tiền chuộc.
Nhà mạng đặt mục tiêu một triệu thuê bao.""",
        """Khách hàng khiếu nại vì bị trừ tiền dịch vụ không đăng ký.
Người có uy tín trên mạng phải chịu trách nhiệm khi quảng cáo.
Cảm biến giám sát vận động của người đeo suốt ngày đêm.
Tổ công nghệ số cộng đồng hướng dẫn người dân cài ứng dụng.
Chip mới tiết kiệm 30% điện năng.
Phiên bản cập nhật vá bảy lỗ hổng nghiêm trọng.""",
    ),
    "du lịch": (
        """{p} đón {n} nghìn lượt khách dịp lễ
Chợ đêm mở lại sau ba năm
Khám phá cung đường hoa dã quỳ
Khách quốc tế khen ẩm thực đường phố""",
        """Công suất phòng đạt {n}%.
Nhiều tour mới đưa khách về làng nghề.
Ngành du lịch đặt mục tiêu 20 triệu lượt khách.""",
        """Du khách thích thú nghe già làng kể khan bên bếp lửa.
Bà con dân tộc thiểu số trong bản làm homestay, thu nhập khá.
Đội thanh niên tình nguyện nhặt rác trên bãi biển.
Chùa cổ đón hàng nghìn phật tử, du khách ngày rằm.
Khách phản ánh giá dịch vụ tăng, cơ sở đã bị nhắc nhở.
Ban quản lý lắp camera giám sát khu neo đậu.""",
    ),
    "từ thiện": (
        """Vận động được {n} triệu đồng mổ tim cho trẻ em
Ngân hàng tặng {d} căn nhà cho hộ nghèo {p}
Quỹ học bổng trao {n} suất quà
Đêm nhạc gây quỹ xây trường""",
        """Số tiền do các doanh nghiệp và nghệ sĩ đóng góp.
Mỗi căn nhà trị giá 60 triệu đồng.
Chương trình đã bước sang năm thứ {d}.""",
        """Hội Chữ thập đỏ kêu gọi nhà hảo tâm ủng hộ đồng bào vùng lũ.
Đại diện Mặt trận Tổ quốc huyện tiếp nhận tượng trưng số quà.
Ban tổ chức công khai danh sách nhà tài trợ.
Bữa cơm đoàn kết được tổ chức tại trung tâm bảo trợ.
Mạnh thường quân giấu tên gửi 100 triệu đồng.
Các em nhỏ nhận sách, áo ấm và bánh kẹo.""",
    ),
    "tòa án": (
        """Tòa {p} xử vụ chia thừa kế {n} năm chưa dứt
Hòa giải không thành, hai nhà kéo nhau ra tòa
Nguyên trưởng thôn lĩnh án vì lập khống hồ sơ hộ nghèo""",
        """Bản án sơ thẩm buộc bị đơn trả lại {n} m2 đất.
Bị cáo khai lấy tiền góp của dân để trả nợ riêng.
Nguyên đơn cho rằng ấp hòa giải qua loa.""",
        """Tổ hòa giải của thôn từng mời hai bên đến nhưng không ai chịu.
Bị cáo từng được dân bầu làm trưởng ban giám sát cộng đồng.
Luật sư đề nghị tòa xem xét việc người dân tự nguyện giao đất.
Hội đồng xét xử cho rằng chữ ký trong giấy hiến đất là giả mạo.
Đại diện viện kiểm sát nói vụ án gây bức xúc trong nhân dân.
Tòa tuyên mỗi bên chịu một nửa án phí.""",
    ),
    "lịch sử": (
        """Ký ức mặt trận năm ấy của người lính {p}
Trưng bày kỷ vật dân công hỏa tuyến
Chuyện về trận đánh giữ cầu {n} ngày đêm""",
        """Mặt trận khi ấy kéo dài {n} cây số dọc biên giới.
Người lính già kể lại đêm vượt sông.
Cuốn hồi ký in {n} nghìn bản.""",
        """Bà con giấu bộ đội dưới hầm suốt mùa mưa.
Mặt trận Việt Minh ra lời kêu gọi toàn dân kháng chiến.
Trung đoàn hành quân xuyên đêm, nhân dân góp gạo nuôi quân.
Các cựu chiến binh thắp hương cho đồng đội.
Già làng năm ấy cho bộ đội mượn nhà rông làm trạm xá.
Bảo tàng nhận thêm một chiếc xe đạp thồ.""",
    ),
    "khai giảng": (
        """{p} bước vào năm học mới
Trường vùng cao khánh thành {n} phòng học
Tiếng trống khai trường trên đảo""",
        """Chủ tịch huyện đánh hồi trống đầu tiên.
Hơn {n} học sinh dân tộc thiểu số được ở bán trú.
Nhà trường tiếp nhận {n} máy tính cũ.""",
        """Đồn biên phòng tặng học sinh nghèo 20 chiếc xe đạp.
Phụ huynh góp tiền mua máy lọc nước cho lớp.
Gia đình một cựu giáo viên hiến đất làm sân bóng từ năm ngoái.
Công an xã hướng dẫn các em đi đúng làn đường.
Thầy hiệu trưởng xin lỗi phụ huynh vì phòng học chưa kịp sơn.
Cô giáo người Tày dạy tiếng Anh cho cả ba điểm trường.""",
    ),
    "tai nạn": (
        """Sập giàn giáo ở {p}, {n} người bị thương
Cháy chợ trong đêm, thiệt hại {n} tỷ đồng
Lật thuyền trên sông, tìm thấy {d} thi thể""",
        """Lực lượng cứu hộ làm việc suốt {n} giờ.
Ngọn lửa bùng lên từ gian hàng vải.
Nguyên nhân ban đầu được cho là chập điện.""",
        """Bộ đội, công an cùng người dân đào bới suốt đêm.
Dân quân xã đưa người bị thương đi viện.
Công an đến từng nhà ghi lời khai nhân chứng.
Tiểu thương góp tiền giúp gia đình nạn nhân.
Chủ tịch xã đến thăm, động viên các gia đình.
Một nhân chứng nói lửa cháy lan rất nhanh.""",
    ),
    "sự kiện doanh nghiệp": (
        """Công ty {p} khánh thành nhà máy {n} triệu USD
Doanh nghiệp trao thưởng {n} lao động giỏi
Tập đoàn điện lực thay {n} nghìn công tơ""",
        """Nhà máy tạo việc làm cho {n} trăm công nhân.
Lễ trao thưởng diễn ra tối thứ bảy.
Khách hàng được thay công tơ miễn phí.""",
        """Công đoàn công ty thưởng mỗi công nhân một suất quà.
Doanh nghiệp cam kết phục vụ người dân tốt hơn trong mùa nóng.
Nhân viên đến từng nhà thay công tơ, không thu phí.
Tổng giám đốc gặp mặt, trò chuyện với công nhân đầu năm.
Bộ phận một cửa của khu công nghiệp trả giấy phép sớm hai ngày.
Mức độ hài lòng của người dân dùng điện tăng nhẹ.""",
    ),
    "thông báo": (
        """Lịch cắt điện tại {p}
Tuyển dụng {n} viên chức
Mời tham gia đấu giá quyền sử dụng đất
Lịch tiếp nhận hồ sơ dịp nghỉ lễ""",
        """Cơ quan thông báo để nhân dân biết và chủ động.
Hồ sơ nhận đến hết ngày {d}/9.
Giá khởi điểm {n} tỷ đồng.""",
        """Bộ phận một cửa làm việc buổi sáng các ngày nghỉ.
Ứng viên nộp lệ phí khi dự thi vòng hai.
Công dân liên hệ phòng hành chính để được hướng dẫn.
Điện lực sửa chữa đường dây từ 6 đến 17 giờ.
Người trúng đấu giá nộp đủ tiền trong 30 ngày.
Mọi thắc mắc xin gọi tổng đài.""",
    ),
}

SPICE = """Trưởng thôn giải thích rằng sự việc xảy ra ngoài giờ làm việc.
Nhiều người dân hài lòng với cách xử lý của đơn vị.
Bà con góp tiền, góp công giúp gia đình gặp nạn.
Công đoàn cơ sở hỗ trợ công nhân 500 nghìn đồng mỗi người.
Cuộc họp thôn tối qua cũng nhắc tới chuyện này.
Lãnh đạo huyện cho biết sẽ lắng nghe phản ánh của người dân.
Đảng viên trong chi bộ được yêu cầu gương mẫu chấp hành.
Đồn biên phòng cử quân y đến hỗ trợ.
Linh mục chánh xứ và nhà chùa gửi lời chia buồn.
Thông tin được niêm yết ở bộ phận một cửa.
Dự buổi lễ có Trưởng Ban Dân vận Tỉnh ủy, lãnh đạo Ủy ban MTTQ tỉnh và các đoàn thể.
Nhân dân trong vùng phấn khởi đón nhận tin vui.
Các cấp, các ngành tích cực tuyên truyền, vận động nhân dân chấp hành quy định.
Mặt trận Tổ quốc và các đoàn thể cùng vào cuộc.
Đây là kết quả của tinh thần đoàn kết, đồng lòng của cả tập thể.
Địa phương đề nghị tăng cường kiểm tra, giám sát việc thực hiện.
Lãnh đạo xã cho biết lịch tiếp dân vẫn được duy trì.
Hội Phụ nữ xã tham gia dọn vệ sinh quanh khu vực.
Nhiều người có uy tín trong ngành đánh giá cao kết quả này.
Việc này góp phần hoàn thành tiêu chí nông thôn mới.
Cơ quan chức năng đang xem xét một đơn khiếu nại liên quan.
Đoàn Thanh niên cử 50 tình nguyện viên hỗ trợ.
Cuộc vận động “Người Việt Nam ưu tiên dùng hàng Việt Nam” được lồng ghép.
Người dân vận chuyển đồ đạc ra khỏi khu vực trong đêm.
Công đoàn ngành đề nghị sớm giải quyết chế độ.
Ý kiến của cử tri sẽ được tổng hợp trong báo cáo.
Đồng bào các dân tộc trong huyện cùng vui ngày hội.
Ủy ban nhân dân tỉnh giao các sở phối hợp thực hiện.
Công tác dân vận, tuyên truyền cũng được quan tâm.
Tin bài liên quan có tại chuyên mục Dân vận của báo.""".splitlines()


def neutral_articles(count: int, seed: int = 2026) -> Iterator[Article]:
    """`count` articles, the same for the same seed, the fields in turn."""
    chance = random.Random(seed)
    fields = list(FIELDS)
    for number in range(count):
        field = fields[number % len(fields)]
        titles, leads, sentences = (part.splitlines() for part in FIELDS[field])
        body = chance.sample(sentences, chance.choice((4, 5, 6)))
        for spice in chance.sample(SPICE, chance.choice((1, 1, 2, 2, 3))):
            body.insert(chance.randrange(2, len(body) + 1), spice)  # in passing, never first
        paragraphs = _paragraphs([_filled(sentence, chance) for sentence in body], chance)
        lead = _filled(chance.choice(leads), chance) if chance.random() < 0.8 else ""
        yield Article(field, _filled(chance.choice(titles), chance), lead, "\n".join(paragraphs))


def _filled(sentence: str, chance: random.Random) -> str:
    return sentence.format(p=chance.choice(PLACES), n=chance.randint(11, 98), d=chance.randint(2, 9))


def _paragraphs(sentences: list[str], chance: random.Random) -> list[str]:
    """Two or three sentences a paragraph, as the papers print."""
    paragraphs = []
    while sentences:
        size = chance.choice((1, 2, 2, 3))
        paragraphs.append(" ".join(sentences[:size]))
        sentences = sentences[size:]
    return paragraphs
