from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0003_conflicts_of_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="exemption",
            name="refused_why",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
