"""Names common among Vietnamese-speaking families; school offices type them without marks."""

from embedded.sample.names.culture import Culture, read_without_accents

VIETNAMESE = Culture(
    language="vi",
    keeps_name=0.92,
    women=read_without_accents("""
        Thị Lan, Thị Hương, Thị Mai, Thị Hồng, Ngọc Anh, Thu Hà, Thị Thảo, Minh Châu, Phương Linh,
        Bích Ngọc, Thùy Dung, Kim Oanh, Thị Tuyết, Diệu Linh, Quỳnh Như, Khánh Vy, Bảo Trân,
        Thanh Thủy, Mỹ Duyên, Hoài Thương, Thị Yến, Kiều Trinh
    """),
    men=read_without_accents("""
        Văn Minh, Văn Hùng, Đức Anh, Quốc Bảo, Hữu Phước, Minh Tuấn, Thanh Tùng, Gia Huy,
        Văn Dũng, Hoàng Nam, Quang Vinh, Đình Phúc, Ngọc Sơn, Xuân Trường, Tuấn Kiệt, Anh Khoa,
        Văn Thắng, Trọng Nghĩa, Công Thành, Nhật Quang, Duy Khánh, Bá Đạt
    """),
    families=read_without_accents("""
        Nguyễn, Nguyễn, Nguyễn, Nguyễn, Nguyễn, Trần, Trần, Lê, Lê, Phạm, Hoàng, Huỳnh, Phan, Vũ,
        Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý
    """),
)
