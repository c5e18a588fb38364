"""A small order that leaves something open of each kind: its authority, a column, a term asked twice, an owner."""

ORDER = """ПРИКАЗ

от 12.01.2027 № 15

Об утверждении плана мероприятий министерства образования Краснодарского края

План мероприятий на 2027 год

№\tМероприятие\tКабинет\tОтветственный\tСрок
1\tСеминар\t12\tинститут\tмай 2027 г.
2\tФорум\t14\t\tк лету
3\tСлёт\t16\tинститут\tк лету
"""
