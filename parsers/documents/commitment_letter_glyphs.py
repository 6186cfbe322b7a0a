"""Which characters does a reading machine take for which of the forms' characters?

Made by drawing every character of the five forms in a serif and a sans-serif face and comparing the pictures with
all 6,763 of GB 2312 (similarity of the blurred pictures at least 0.84), and by hand from misreadings met on scans.
A character that turns a sentence round (不, 未, 非 …) is left out on purpose: it must never pass as a misreading.
"""

from functools import cache
from typing import Final

#: Characters whose coming or going turns a sentence round.
SENSE: Final = frozenset("不未非无没否勿莫免拒")

# Each row: a character of the forms, then those that look like it.
_ROWS = """
上土士 下干 不丕下 业亚 中牛申屮巾 为力 予千矛子于干 于干千孑十予亍丁子王壬 交文又 亲桊臬柴奈豪枭柬某秦粢
人入大太犬 他她池地催讪佃 代伐伏 件仵仲性忡住伴忭怦侏忤 任仟仔佳住托仨仕汪 企仝金 会云金合佥 传转抟俦侍俸 位泣伉
作怍诈佯柞侔炸仵佧伴砟 使便仗梗俚傀侦债绠僮侠 供洪拱珙烘讲世佻仉 依侬 促浞伲捉侃 保促倮课棵
信倍僖倌倡僵借倩儇悟儒僧 修倏蜂惨糁俸 假瑕偃佩骰瘕倔 停俸傣倬僮傺悴僚俜伴谆 入人大 全仝金佥 公么 其共箕萁具龚真
内肉门 册屑珊研 划刘 制剃剽刺剌劁剔割剞刎剿 前舫 勾句匀旬 单旱革草串隼巢聿 参叁畚眷 发友 受爱芰雯 变娈妾斐麦銮妄
司同 同问间回闻阆囿闾向阎网 名各 员贸虽贡贯赉 国囯围圄圉囝闰圆圊固园圃 在左 场炀杨扬汤饧 均约峋
基塞甚墓暴蓁薹蓄茎暮寨 填慎壤境墙墒埴缜塥壕墉 增壤堠堰墩墁埽垠噌塄墉 处外 备蚤畜畚眚善畲耆普童番 如妲
委季娄耍姜黍晏婴要妻婆萋 子孑了予于 定走足 实卖突 审串甫率窜市事隼筚宰幸 容客睿 履屦屣属雇屐晨廪雁厘屡 工干
已巳己巴 市布币甫审窜 布东 师帅筛哺 并井弁共开 庆厌灰仄床 建逮嫘蘧煺煌遽速婕违蝰 录泉隶果景肇秉杲泵栗禀
律津镎徨俸棣德捧徕惮棒 得碍锝搏撙樽博镊傅 息恩悬意怠恚恳患急愚慧葸 意慧蒽蕙惫童章葸惹息薏 愿患恚愍慝憋愚慰惠悉戆
我栽戕裁莪 或成戒咸戚戍戌 截裁戴载葳栽藏哉赦觐靓 承丞 报扳裉擐极损搌揖担抿援 担怛袒拒但捐徂揎钽桓揖
据椐裾掘倨掂捱掴振摆锯 接援揞搂擅揍授攘撞措褛 提捉捷撮捏堤撞揭擅搓援 撤撒撖撇檄橄擞徼馓搬微 收畋攸胶戕改
改攻畋政收 效敕敫敦敛敷致散敖救 整螫螯鏊鍪鳖蹩鳘鳌薹墼 料科钭抖斜 新靳斩断 方万 时肘 明阴叨啊
是量楚垦足星呈鼍噩鬣矍 暂皙錾哲耆曹智堑瞽替瞀 更吏筻董重史 曾冒鲁瞽曹訾瞢饔雪酋督 替潜瞽瞀聱彗蒈督瞢簪普智 有育
本木 材村衬 束柬耒茉莱粜茱秉果荣隶 标栎榇棕椋棉栝 核枝孩桉垓槁楂棱梭梳榷 检捡裣栓猃枪橙桧梳拾睑 止正
段殴殷般殁骰股 法去怯泫 注汴汪往住江洼 测侧恻涮溯溷渊澜铡涸涠 涉沙渖 渝瀹澹谕偷逾洫澈渔腧瀛 版舨贩服皈畈阪腹
现规观理枧瑾瑰琨琐顼砚 理埋瑾悝俚瑰琚瑷璎现锂 用川坩甩甲坦俎瑁租珥 申巾电甲丰中串牢屮审 电申屯 登萱壹 的旳酌韵
监盐盟 目日百巨吕自且旦臣 直真匾置篚癔匿箧廪亟噩矗 相柜棺扣祖枳钼柏柑耜租 真直具寞箕算纛萁熹冥橐
督瞀瞥謦聱瞽詈冒餐眢瞢 确碓碘礁硝硒碡硇砜俩硐磺 社杜牡祉衽钍桂壮枉杠 称祢秭种秫杵稚 程裎锃穆稷锂捏枧狸稂槿
章蕈覃簟童意窜草箪辜辈 笔毛氅亳 签莶答簦筌笪笙笞 简筒苘茼商箭罱簖篚篱蔺 管菅营萱雪簪眚箬警膏詈
箱葙筘籍箝辕筢鞘辑辂藉 系糸 约妁灼钓 线钱栈饯贱绂践 结秸桔络缮纳拮缙锆鲒诘 给绐绘铪缙蛤结烩拾绝纶
统铳绕绞绮缜缭桄绋 绩缋缜缰帻缙缵缟缆缮绮 职胆轵 联朕肤趺耽 自亩目日吉 至茔茧 虚虐虔虑虎虏虞 表衷麦妻裹
规觇蚬岘现观舰枧视蜾蟆 认从伏 讯汛 记圮杞 设役投谟谩 证让征怔钲诋讧 试拭诫 该谈核垓请 请谓情锖谙诸诮清倩谱谐
诺偌锘诸谱谘镨谙诘诰错 调倜惆绸谰凋谪谓稠词偶 质盾赝眉履属屑 资责贵贤贳贽贲贾黉赉赍 路赂胳跻略貉踣铬硌踏烙
输榆愉辐辘喻辎辙蝓辕辚 运远 送迭透逸遇 适逅迨迢遛遥遄遁遘 选迭逸造透逃远遣 通逋遇遥迪遍速遭道逦遵
邮郏鄣鄹郯郾郫邾鄄郎鄙 部邵邰郜都郡邹邢郁邡那 重噩量董熏墨薹童堇雷蕙 销铺锖诮锁镝镇梢绡钠锱 门内
间问阆闾闻同闫阊阗闯阒 附咐耐跗酎尉 除徐隙赊狳陈障腙晾 险睑脸硷殓哙阶猃 项顷顼琐坝埙顶烦填璜圳 须领顼烦顶
验脸骀睑骑驺硷驰腧脍
"""

_LOOKS_LIKE: dict[str, frozenset[str]] = {row[0]: frozenset(row[1:]) for row in _ROWS.split()}


def look_alike(printed: str, read: str) -> bool:
    """Whether `read` may well be a misreading of the form's `printed` (one character each)."""
    return printed == read or read in look_alikes(printed)


@cache
def look_alikes(printed: str) -> frozenset[str]:
    """All that may be read where `printed` stands, itself left out."""
    return _LOOKS_LIKE.get(printed, frozenset()) | {one for one, others in _LOOKS_LIKE.items() if printed in others}
