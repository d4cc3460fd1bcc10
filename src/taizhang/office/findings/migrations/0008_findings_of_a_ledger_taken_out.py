from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0007_words_of_an_end_without_proof"),
    ]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="delta",
            field=models.CharField(
                choices=[
                    ("new", "新增"),
                    ("persisting", "仍存在"),
                    ("reopened", "重现"),
                    ("gone", "已消除"),
                    ("out_of_rule", "不再判断"),
                    ("superseded", "并入另一问题"),
                    ("source_left", "台账已移出"),
                ],
                max_length=12,
            ),
        ),
    ]
