import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The categories follow the published review rules; the phrases are unambiguous ones of each.
PHRASES = {
    "Phishing": [
        "verify your bank account",
        "confirm your password by replying",
        "your account will be closed unless",
        "请提供银行卡密码",
        "账户异常请点击验证",
    ],
    "Lotteries and top-up draws": [
        "you have won the lottery",
        "claim your jackpot",
        "恭喜您中奖",
        "充值抽奖",
        "幸运大转盘",
    ],
    "Pornography": ["adult video", "escort service", "xxx videos", "成人视频", "色情直播", "裸聊"],
    "Drugs": ["buy cocaine", "buy heroin", "cannabis for sale", "出售冰毒", "出售大麻"],
    "Violence and threats": [
        "buy firearms online",
        "we will hurt you",
        "pay or we publish your photos",
        "出售枪支",
        "不还钱后果自负",
    ],
    "Gambling": [
        "online casino",
        "sports betting",
        "free spins",
        "网上赌场",
        "真人赌博",
        "体育博彩",
        "百家乐",
        "六合彩",
    ],
    "Cashback and rebates": ["instant cashback reward", "刷卡返现", "返利平台", "高额返利"],
    "Flash sales": ["flash sale ends in", "限时秒杀", "疯狂秒杀"],
    "Loans": ["payday loan", "instant loan approval", "no credit check loan", "无抵押贷款", "极速放款", "网贷"],
    "Debt collection": ["final debt collection notice", "debt collector", "催收欠款", "欠款催收", "代追债"],
    "Click farming": ["get paid to leave reviews", "buy fake reviews", "刷单", "刷信誉"],
    "Religion and superstition": [
        "psychic reading",
        "fortune teller",
        "miracle prayer",
        "算命",
        "风水大师",
        "开光法器",
    ],
    "Adding chat contacts": ["add me on wechat", "add our qq", "加微信", "加我微信", "加QQ", "添加微信好友"],
    "Joining groups": ["join our qq group", "join our wechat group", "加群", "QQ群号", "扫码进群"],
    "Invoices for sale": ["invoices for sale", "代开发票", "出售发票", "增值税发票代开"],
    "Spam": [
        "earn money fast from home",
        "bulk email list for sale",
        "work from home and get rich",
        "日赚千元",
        "躺赚",
    ],
    "Malware": ["remote access trojan", "keylogger download", "木马程序", "破解外挂"],
}


def add_forbidden_phrases(apps, schema_editor):
    model = apps.get_model("templates_app", "ForbiddenPhrase")
    model.objects.bulk_create(
        [model(category=category, phrase=phrase) for category, phrases in PHRASES.items() for phrase in phrases],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ForbiddenPhrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("category", models.CharField(max_length=60)),
                ("phrase", models.CharField(max_length=100, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["category", "phrase"],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("sensitive", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="templates", to="accounts.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("html", models.TextField(blank=True)),
                ("text", models.TextField(blank=True)),
                ("summary", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("author", models.CharField(max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "author_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="templates_app.template",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="template",
            name="approved",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="templates_app.version"
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="latest",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="templates_app.version"
            ),
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("findings", models.JSONField(default=list)),
                ("submitted_at", models.DateTimeField(auto_now_add=True)),
                ("submitted_by", models.CharField(max_length=254)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("by_machine", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="templates_app.version"
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="templates_app.template"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Skeleton",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="skeleton",
                        serialize=False,
                        to="templates_app.version",
                    ),
                ),
                ("parts", models.JSONField()),
                ("compiled_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("template", "number"), name="version_number_once"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("id", "template"), name="version_of_template"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.CheckConstraint(
                condition=models.Q(("html", ""), ("text", ""), _negated=True), name="version_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="template",
            index=models.Index(fields=["account", "-id"], name="template_list"),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("archived_at", None), models.Q(("state", "in_review"), _negated=True), _connector="OR"
                ),
                name="template_archived_is_not_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "in_review", "approved", "rejected"])),
                name="template_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["account", "submitted_at", "id"], name="review_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["account", "-id"], name="review_list"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("template",), name="review_one_open_per_template"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), ("state", "rejected"), _negated=True),
                name="review_rejection_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by_machine", False),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("state__in", ["waiting", "withdrawn"]),
                    ),
                    models.Q(
                        ("by_machine", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ["approved", "rejected"]),
                    ),
                    models.Q(
                        ("by_machine", True),
                        ("decided_at__isnull", False),
                        ("decided_by", None),
                        ("state", "rejected"),
                    ),
                    _connector="OR",
                ),
                name="review_decision_has_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "approved", "rejected", "withdrawn"])),
                name="review_state_known",
            ),
        ),
        migrations.RunSQL(
            """
            ALTER TABLE templates_app_template
                ADD CONSTRAINT template_latest_is_its_own FOREIGN KEY (latest_id, id)
                    REFERENCES templates_app_version (id, template_id) DEFERRABLE INITIALLY DEFERRED,
                ADD CONSTRAINT template_approved_is_its_own FOREIGN KEY (approved_id, id)
                    REFERENCES templates_app_version (id, template_id) DEFERRABLE INITIALLY DEFERRED;
            ALTER TABLE templates_app_review
                ADD CONSTRAINT review_version_is_the_templates FOREIGN KEY (version_id, template_id)
                    REFERENCES templates_app_version (id, template_id) DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE templates_app_review DROP CONSTRAINT review_version_is_the_templates;
            ALTER TABLE templates_app_template
                DROP CONSTRAINT template_approved_is_its_own, DROP CONSTRAINT template_latest_is_its_own;
            """,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION templates_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'a version of a template is never changed' USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER version_is_immutable
                BEFORE UPDATE OF template_id, number, html, text, summary, digest, author ON templates_app_version
                FOR EACH ROW EXECUTE FUNCTION templates_version_is_immutable();
            """,
            """
            DROP TRIGGER version_is_immutable ON templates_app_version;
            DROP FUNCTION templates_version_is_immutable();
            """,
        ),
        migrations.RunPython(add_forbidden_phrases, migrations.RunPython.noop),
    ]
