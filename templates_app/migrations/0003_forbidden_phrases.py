from django.db import migrations

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


def add(apps, schema_editor):
    model = apps.get_model("templates_app", "ForbiddenPhrase")
    model.objects.bulk_create(
        [model(category=category, phrase=phrase) for category, phrases in PHRASES.items() for phrase in phrases],
        ignore_conflicts=True,
    )


def remove(apps, schema_editor):
    model = apps.get_model("templates_app", "ForbiddenPhrase")
    model.objects.filter(phrase__in=[phrase for phrases in PHRASES.values() for phrase in phrases]).delete()


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0002_version_immutable")]

    operations = [migrations.RunPython(add, remove)]
