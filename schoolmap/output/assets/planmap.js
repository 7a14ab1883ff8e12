/*
 * The face of a plan: draws the MapModel on a Leaflet map and around it.
 *
 * Rules that hold in the whole file:
 *   - names in the data are hostile: they reach the page by textContent and
 *     setAttribute only, never as markup;
 *   - numbers are never computed twice: what the model says is shown, and only
 *     differences of shown numbers (seats - demand) are taken here;
 *   - ES2018, no library but Leaflet, nothing is fetched.
 */
/* global L */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const INK = "#1b1f23";
  const ACTION = "#7f2704";
  const DEMAND = "#b35806";
  const BAND = "#f1a340";
  const SEATS = "#5e3c99";
  const SHORT = "#e66101";
  const ZONE = "#3f9b8f";
  /** The colour of a zone on the map, where it is half transparent. */
  const ZONE_KEY = "#a3cfc6";
  const NO_DATA = "url(#hatch)";
  const STEP_MS = 700;

  /** Upper bounds and colours of the five classes of the probability of a shortage. */
  const CHANCES = [
    { upTo: 0.1, colour: "#fff3e6" },
    { upTo: 0.33, colour: "#fdd0a2" },
    { upTo: 0.5, colour: "#fdae6b" },
    { upTo: 0.8, colour: "#e6740f" },
    { upTo: 1, colour: "#8c2d04" },
  ];

  const TURNS = { rising: "▲", falling: "▼", level: "▬" };
  const SYMBOLS = { new: "+", expand: "↑", attach: "⊕", convert: "↻", rezone: "⇄", temporary: "◷", unsolved: "!", review: "◇" };

  /** Every fixed text of the page. `{x}` is filled by `t`. */
  const TEXT = {
    locale: { en: "en", zh: "zh-CN" },
    other: { en: "中文", zh: "English" },
    synthetic: { en: "SYNTHETIC DATA", zh: "虚构数据" },
    stage: { en: "Stage", zh: "学段" },
    scenario: { en: "Scenario", zh: "情景" },
    search: { en: "Find a school or catchment", zh: "搜索学校或片区" },
    noHit: { en: "Nothing found", zh: "没有找到" },
    print: { en: "Print", zh: "打印" },
    about: { en: "About the numbers", zh: "数据说明" },
    population: { en: "Population", zh: "人口预测" },
    facts: { en: "Warnings & indicators", zh: "预警与指标" },
    facts_warnings: { en: "Seat warnings", zh: "学位预警" },
    facts_proposals: { en: "Proposals, costs and scenarios", zh: "措施、成本与情景" },
    facts_classes: { en: "Classes and school sizes", zh: "班额与学校规模" },
    facts_supply: { en: "Seats, projects and investment", zh: "学位供给、项目与投资" },
    facts_reach: { en: "Boundaries and the way to school", zh: "学区调整与上学距离" },
    facts_indicators: { en: "Indicators and assessments", zh: "指标与评估" },
    warnNone: { en: "no warning", zh: "无预警" },
    warnYellow: { en: "yellow", zh: "黄色预警" },
    warnRed: { en: "red", zh: "红色预警" },
    factsNone: { en: "None.", zh: "无。" },
    factsMore: { en: "{n} more rows", zh: "其余{n}行" },
    popOthers: { en: "Other scenarios", zh: "其他情景" },
    popPeaks: { en: "More children or fewer, and when most", zh: "学龄儿童增减与峰值" },
    popPeaksNote: {
      en: "The arrow tells the five years after the base year; the change is from the base to the last year.",
      zh: "箭头表示基年之后五年的走势；增减幅为末年比基年。",
    },
    popWhere: { en: "Where", zh: "范围" },
    popBase: { en: "Base {y}", zh: "{y} 年（基年）" },
    popPeakYear: { en: "Peak year", zh: "峰值年" },
    popPeak: { en: "Peak", zh: "峰值" },
    popLast: { en: "Last {y}", zh: "{y} 年（末年）" },
    popChange: { en: "Change", zh: "增减" },
    popTurn: { en: "Five years on", zh: "五年走势" },
    rising: { en: "rising", zh: "上升" },
    falling: { en: "falling", zh: "下降" },
    level: { en: "level", zh: "持平" },
    popMethod: { en: "Method", zh: "预测方法" },
    popCode: { en: "Method {m}", zh: "方法 {m}" },
    popPassed: { en: "Better methods, and what they lack here", zh: "未采用的更优方法及所缺数据" },
    popBetter: { en: "Method", zh: "方法" },
    popLacks: { en: "What is lacking", zh: "缺少什么" },
    popFacts: { en: "Figures behind it", zh: "依据的数值" },
    popBirths: { en: "Births a year, by scenario", zh: "各情景每年出生人数" },
    popBirthsAxis: { en: "births, less those who did not stay", zh: "出生人数（扣除未留下者）" },
    popCohort: { en: "school cohort: the year of its cut-off day", zh: "入学批次（截止日所在年份）" },
    popNoBirths: { en: "The projection is used as given; it does not tell births apart.", zh: "直接采用现成预测，其中未单列出生数。" },
    popErrors: { en: "How wrong it would have been in the past", zh: "以往预测的误差" },
    popErrorsNote: {
      en: "Ours: {m}. Error: the mean of the errors, without their sign. Bias: above zero, too many were forecast. 9 of 10: so large at most were nine in ten errors. Within 80 %: how often what came lay within the interval.",
      zh: "本方法：{m}。误差：误差绝对值的平均。偏差：正数表示预测偏多。九成误差：九成预测的误差不超过此值。80%区间命中：实际值落在区间内的比例。",
    },
    popAhead: { en: "Years ahead", zh: "提前年数" },
    popTested: { en: "Forecasts", zh: "预测数" },
    popOurs: { en: "Ours: error", zh: "本方法误差" },
    popBias: { en: "Bias", zh: "偏差" },
    popMost: { en: "9 of 10", zh: "九成误差" },
    popWithin: { en: "Within 80\u00a0%", zh: "80%区间命中" },
    popBest: { en: "Ours best", zh: "是否最优" },
    close: { en: "Close", zh: "关闭" },
    back: { en: "Back to the list", zh: "返回列表" },
    panels: { en: "Panels", zh: "面板" },
    tabList: { en: "Where, when", zh: "缺口清单" },
    tabFacts: { en: "Totals, legend", zh: "合计与图例" },
    tabCard: { en: "Card", zh: "详情卡" },
    show: { en: "Show", zh: "显示" },
    viewUse: { en: "Use of seats", zh: "学位利用率" },
    viewGap: { en: "Gap in seats", zh: "学位缺口（个）" },
    viewChance: { en: "Chance of a shortage", zh: "短缺概率" },
    viewReach: { en: "Reach of schools", zh: "服务半径覆盖" },
    legendReach: { en: "Children out of reach of any school", zh: "服务半径外的儿童（人）" },
    zoneRoads: { en: "within {n} on roads of an open school", zh: "沿道路{n}可达在用学校" },
    zoneStraight: { en: "within {n}, detours of streets allowed for", zh: "{n}可达在用学校（已计道路绕行）" },
    zoneCircle: { en: "circles of the same length", zh: "同距离直线圆" },
    zoneMany: { en: "the school's limit", zh: "该校限距" },
    outOfReach: { en: "{n} children out of reach", zh: "{n}名儿童不在范围内" },
    reachWithin: { en: "Children within reach", zh: "服务半径内儿童" },
    reachShare: { en: "Share within reach", zh: "覆盖率" },
    reachBeyond: { en: "Children out of reach", zh: "服务半径外儿童" },
    reachNoNorm: { en: "No norm for where they live", zh: "居住地无距离规定" },
    reachOf: { en: "{n} of {m} children out of reach", zh: "{m}名儿童中{n}名在范围外" },
    reachNearest: { en: "nearest school {s}: {d} on average", zh: "最近学校{s}：平均{d}" },
    reachOpen: { en: "Schools open in {y}. Scenario: {s}.", zh: "按{y}年在用学校；情景：{s}。" },
    legendUse: { en: "Use of seats = demand ÷ seats", zh: "学位利用率 = 需求 ÷ 学位" },
    legendGap: { en: "Number = seats − demand (central)", zh: "数字 = 学位 − 需求（中间值）" },
    legendChance: { en: "Chance that demand exceeds seats", zh: "需求超过学位的概率" },
    noData: { en: "no seats, no children", zh: "无学位且无学龄儿童" },
    shortSeats: { en: "seats short", zh: "缺学位" },
    spareSeats: { en: "seats spare", zh: "富余学位" },
    chance0: { en: "≤ 10 % most unlikely", zh: "≤10% 很难发生" },
    chance1: { en: "10–33 % unlikely", zh: "10–33% 可能性小" },
    chance2: { en: "33–50 % possible", zh: "33–50% 有可能" },
    chance3: { en: "50–80 % likely", zh: "50–80% 很可能" },
    chance4: { en: "> 80 % nearly sure", zh: ">80% 几乎确定" },
    schools: { en: "Schools (area ∝ seats)", zh: "学校（面积 ∝ 学位）" },
    seatsUnit: { en: "{n} seats", zh: "{n} 个学位" },
    proposals: { en: "Proposals", zh: "建议" },
    proposalsFor: { en: "Proposals (one set for all scenarios)", zh: "建议（各情景共用一套）" },
    new: { en: "New", zh: "新建" },
    expand: { en: "Expand", zh: "扩建" },
    rezone: { en: "Rezone", zh: "调整片区" },
    temporary: { en: "Temporary", zh: "临时" },
    attach: { en: "Attach", zh: "附设" },
    convert: { en: "Other rooms", zh: "教室转用" },
    unsolved: { en: "Still short", zh: "仍缺" },
    review: { en: "Surplus: review", zh: "富余：列入评估" },
    flagNow: { en: "filled: holds in {y}", zh: "实底：{y} 年适用" },
    flagLater: { en: "outlined: later", zh: "空心：以后" },
    flagShort: { en: "{s} {w} {y} · {n} short", zh: "{s} {w} {y} 缺 {n}" },
    flagSpare: { en: "{s} {w} {y} · {n} spare", zh: "{s} {w} {y} 余 {n}" },
    flagReview: { en: "Review", zh: "评估" },
    whole: { en: "Whole area {y} · {s}", zh: "全域 {y} 年 · {s}" },
    demandCentral: { en: "Demand (central)", zh: "需求（中间值）" },
    interval: { en: "80 % interval", zh: "80% 区间" },
    demand: { en: "demand", zh: "需求" },
    seats: { en: "seats", zh: "学位" },
    Seats: { en: "Seats", zh: "学位" },
    sumShort: { en: "Short, all catchments", zh: "各片区缺口合计" },
    sumSpare: { en: "Spare, all catchments", zh: "各片区富余合计" },
    sumNote: {
      en: "Seats short and seats spare are summed over the catchments apart, never only as their net: a spare seat far away does not help a child.",
      zh: "各片区的缺口与富余分别合计，不只给出净值：远处的富余学位帮不上这里的孩子。",
    },
    where: { en: "Where, when, how many", zh: "哪里、何时、缺多少" },
    rankShort: { en: "short {n}", zh: "缺 {n}" },
    rankChance: { en: "chance {p}", zh: "概率 {p}" },
    inYears: { en: "{a}–{b}", zh: "{a}–{b}" },
    inYear: { en: "{a}", zh: "{a}" },
    peak: { en: "most in {y}", zh: "{y} 年最多" },
    watch: { en: "Watch", zh: "关注" },
    noShortage: {
      en: "No catchment is short of seats in this stage and scenario.",
      zh: "本学段、本情景下，没有片区缺学位。",
    },
    reviewHead: { en: "Surplus: candidates for review", zh: "富余：列入评估的片区" },
    reviewRow: { en: "spare {n}", zh: "余 {n}" },
    allHead: { en: "All catchments ({n}) in {y}", zh: "全部片区（{n}）· {y} 年" },
    rankingIs: { en: "Ranked by seats short × years", zh: "按缺学位 × 年数排序" },
    wave: { en: "Demand and seats over the years", zh: "历年需求与学位" },
    year: { en: "Year", zh: "年份" },
    play: { en: "Play the years", zh: "逐年播放" },
    pause: { en: "Pause", zh: "暂停" },
    handleDemand: { en: "demand {n}", zh: "需求 {n}" },
    handleSeats: { en: "seats {n}", zh: "学位 {n}" },
    handleShort: { en: "short in catchments {n}", zh: "片区缺口合计 {n}" },
    unborn: {
      en: "from {y} some of the children were not yet born on {d}",
      zh: "{y} 年起：部分儿童在 {d} 尚未出生",
    },
    unbornShort: { en: "from {y} not all born", zh: "{y} 年起未全出生" },
    band: { en: "80 % interval", zh: "80% 区间" },
    cardYear: { en: "In {y}", zh: "{y} 年" },
    children: { en: "Children living here, {a}", zh: "居住在此的 {a}儿童" },
    ages: { en: "aged {a}–{b}", zh: "{a}–{b} 岁" },
    attendance: { en: "Share who attend", zh: "就读比例" },
    needed: { en: "Seats needed (central)", zh: "需要学位（中间值）" },
    short: { en: "Short", zh: "缺" },
    spare: { en: "Spare", zh: "余" },
    utilisation: { en: "Use of seats", zh: "利用率" },
    chance: { en: "Chance of a shortage", zh: "短缺概率" },
    classes: { en: "Classes needed", zh: "需要班数" },
    oversized: { en: "Oversized classes", zh: "大班额班数" },
    bornShare: { en: "Already born at {d}", zh: "{d} 已出生" },
    uSeats: { en: "seats", zh: "个" },
    uChildren: { en: "children", zh: "人" },
    uClasses: { en: "classes", zh: "班" },
    how: { en: "How this number came about", zh: "这个数字怎么来的" },
    howChildren: { en: "Children {a} living here", zh: "常住 {a}儿童" },
    howBorn: { en: "of whom born by {d}", zh: "其中 {d} 前已出生" },
    howLater: { en: "expected after that", zh: "其后预计出生" },
    howStay: { en: "do not take a seat", zh: "不占用学位" },
    howAttend: { en: "attend ({p} of children) = seats needed", zh: "就读（占 {p}）= 需要学位" },
    howResident: { en: "of whom attend ({p})", zh: "其中就读（占 {p}）" },
    howLeaving: { en: "learn elsewhere", zh: "到外片区、外县或在家就读" },
    howComing: { en: "come from elsewhere", zh: "外片区、外县来就读" },
    howNeeded: { en: "seats needed", zh: "需要学位" },
    howSeats: { en: "seats there are", zh: "可用学位" },
    howShort: { en: "short", zh: "缺口" },
    howSpare: { en: "spare", zh: "富余" },
    observed: { en: "Observed beside modelled", zh: "实际在校与推算需求对照" },
    observedRow: {
      en: "{y}: {n} children were enrolled at the schools here; {m} seats were needed by those who live here (modelled).",
      zh: "{y} 年：片区内学校实际在校 {n} 人；居住在此的儿童推算需要学位 {m} 个。",
    },
    observedOnly: {
      en: "{y}: {n} children were enrolled at the schools here (outside the years of this plan).",
      zh: "{y} 年：片区内学校实际在校 {n} 人（不在本规划年份内）。",
    },
    observedNote: {
      en: "Demand counts children where they live, enrolment where they learn: the two differ by all who cross a border.",
      zh: "需求按居住地计，在校按就读地计：跨片区就读使两者不同。",
    },
    shared: { en: "shared with other catchments", zh: "与其他片区共用" },
    schoolsHere: { en: "Schools ({n})", zh: "学校（{n}）" },
    noSchools: { en: "No school of this stage here.", zh: "本片区没有该学段学校。" },
    school: { en: "School", zh: "学校" },
    catchment: { en: "Catchment", zh: "片区" },
    enrolled: { en: "enrolled", zh: "在校" },
    projects: { en: "Projects", zh: "建设项目" },
    counted: { en: "counted", zh: "已计入" },
    notCounted: { en: "shown, not counted", zh: "仅列出，未计入" },
    noDate: { en: "no date", zh: "无日期" },
    proposal: { en: "Proposal", zh: "建议" },
    proposalSize: { en: "{n} seats", zh: "{n} 个学位" },
    proposalClasses: { en: "{n} classes", zh: "{n} 个班" },
    plot: { en: "Candidate plot", zh: "备选用地" },
    plots: { en: "candidate plot; filled: built on by a proposal", zh: "备选用地；实心：建议使用" },
    plotClasses: { en: "up to {n} classes", zh: "至多 {n} 个班" },
    plotReady: { en: "ready from {y}", zh: "{y} 起可动工" },
    proposalOpens: { en: "Opens {a}", zh: "{a} 年启用" },
    proposalUntil: { en: "In use {a}–{b}", zh: "{a}–{b} 年使用" },
    proposalCost: { en: "{n} once", zh: "投资 {n}" },
    proposalYearly: { en: "{n} a year", zh: "每年 {n}" },
    proposalSeatsByYear: { en: "Seats that it makes", zh: "提供的学位" },
    decidedHow: { en: "How proposals were decided", zh: "措施如何得出" },
    proposalYears: { en: "{a}–{b}, most in {p}", zh: "{a}–{b} 年，{p} 年最缺" },
    receiver: { en: "takes children", zh: "接收片区" },
    beat: { en: "Alternatives considered", zh: "比较过的其他办法" },
    reviewNote: {
      en: "A candidate to look at, never an order to close.",
      zh: "仅供评估，不是撤并决定。",
    },
    surplus: { en: "surplus", zh: "富余" },
    ok: { en: "balanced", zh: "平衡" },
    watchLevel: { en: "watch", zh: "关注" },
    red: { en: "warning", zh: "预警" },
    operator: { en: "Operator", zh: "举办者" },
    classrooms: { en: "Classrooms", zh: "教室" },
    enrolment: { en: "Enrolment {y}", zh: "{y} 年在校" },
    seatsIn: { en: "Seats in {y}", zh: "{y} 年学位" },
    serves: { en: "Serves", zh: "服务片区" },
    sources: { en: "Data", zh: "数据" },
    crs: { en: "CRS {c}", zh: "坐标系 {c}" },
    reviewNo: { en: "Map review no. {n}", zh: "审图号：{n}" },
    north: { en: "N", zh: "北" },
    map: { en: "Map of the catchments; every catchment is also in the list", zh: "片区地图；清单中也列有全部片区" },
    zoomIn: { en: "Zoom in", zh: "放大" },
    zoomOut: { en: "Zoom out", zh: "缩小" },
    home: { en: "Show the whole area", zh: "显示全域" },
    aboutStages: { en: "Stages", zh: "学段" },
    aboutScenarios: { en: "Scenarios (assumptions, not limits of confidence)", zh: "情景（假设，不是置信界限）" },
    aboutNotes: { en: "Notes", zh: "说明" },
    aboutAudit: { en: "Audit: nothing lost, nothing invented", zh: "核对：不丢一人，不造一人" },
    aboutSources: { en: "Sources", zh: "数据来源" },
    aboutRun: { en: "This run", zh: "本次计算" },
    aboutRunText: {
      en: "schoolmap {v} · population of {d} · base year {b} · {n} draws · seed {s} · {c}",
      zh: "schoolmap {v} · 人口基准日 {d} · 基年 {b} · 模拟 {n} 次 · 随机种子 {s} · {c}",
    },
    aboutVendor: {
      en: "Map drawn with Leaflet 1.9.4 (BSD-2-Clause, © Volodymyr Agafonkin, CloudMade), included in this file. Outlines are simplified for display.",
      zh: "地图由 Leaflet 1.9.4（BSD-2-Clause，© Volodymyr Agafonkin, CloudMade）绘制，已内含于本文件。边界为显示而简化。",
    },
    check: { en: "Check", zh: "核对项" },
    left: { en: "Left", zh: "左侧" },
    right: { en: "Right", zh: "右侧" },
    difference: { en: "Difference", zh: "差" },
    holds: { en: "Holds", zh: "成立" },
    yes: { en: "yes", zh: "是" },
    no: { en: "NO", zh: "否" },
    title: { en: "Title", zh: "名称" },
    publisher: { en: "Publisher", zh: "发布者" },
    date: { en: "Date", zh: "日期" },
    licence: { en: "Licence", zh: "许可" },
    usedFor: { en: "Used for", zh: "用途" },
    more: { en: "more", zh: "详情" },
    unknown: { en: "unknown", zh: "未知" },
    kind_new: { en: "new", zh: "新建" },
    kind_expand: { en: "expand", zh: "扩建" },
    kind_relocate: { en: "relocate", zh: "迁建" },
    kind_attach: { en: "attach", zh: "附设" },
    kind_convert: { en: "convert", zh: "转办（转用）" },
    kind_handover: { en: "hand-over", zh: "配套园移交" },
    kind_improve: { en: "improve", zh: "改善提质" },
    kind_temporary: { en: "temporary", zh: "临时" },
    kind_demolish: { en: "demolish", zh: "拆除" },
  };

  let model = null;
  let map = null;
  /** Look-up tables made once from the model. */
  let index = null;
  /** What the reader has chosen. Positions, not ids, for stage, scenario and year. */
  const state = {
    lang: "en",
    stage: 0,
    scenario: 0,
    year: 0,
    view: "use",
    picked: null,
    tab: "list",
    page: null,
    playing: 0,
  };
  /** What is on the map: layers, groups and the boxes of marks and flags. */
  const drawn = { coverage: null, areas: [], outline: null, marks: [], flags: [], ringScale: 1 };
  /** What the year does not change is not drawn again: block -> the key it was drawn with. */
  const fresh = {};

  /* ---------- small helpers ---------- */

  const byId = (id) => document.getElementById(id);

  /** Fixed text in the reader's language, with `{x}` filled in. */
  function t(key, values) {
    const text = TEXT[key] ? TEXT[key][state.lang] : key;
    return values ? text.replace(/\{(\w+)\}/g, (_, name) => String(values[name])) : text;
  }

  /** A text of the model in the reader's language, else in the other one. */
  function pick(text) {
    return (text && (text[state.lang] || text.en || text.zh)) || "";
  }

  function append(node, children) {
    children.forEach((child) => {
      if (Array.isArray(child)) append(node, child);
      else if (child !== null && child !== undefined && child !== false)
        node.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
    });
    return node;
  }

  function setAll(node, props) {
    Object.keys(props || {}).forEach((name) => {
      const value = props[name];
      if (name === "on") Object.keys(value).forEach((type) => node.addEventListener(type, value[type]));
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
    });
    return node;
  }

  /** An HTML element; children are nodes or text, never markup. */
  function h(tag, props) {
    return append(setAll(document.createElement(tag), props), Array.prototype.slice.call(arguments, 2));
  }

  /** An SVG element. */
  function s(tag, props) {
    return append(setAll(document.createElementNS(SVG, tag), props), Array.prototype.slice.call(arguments, 2));
  }

  function fill(node) {
    node.textContent = "";
    return append(node, Array.prototype.slice.call(arguments, 1));
  }

  const known = (value) => value !== null && value !== undefined && isFinite(value);

  const formats = {};
  function formatter(digits) {
    const key = state.lang + digits;
    if (!formats[key])
      formats[key] = new Intl.NumberFormat(t("locale"), { maximumFractionDigits: digits });
    return formats[key];
  }

  /** A whole number with thousands separators; `–` where unknown. */
  function num(value, digits) {
    if (!known(value)) return "–";
    const text = formatter(digits || 0).format(value);
    return text === "-0" ? "0" : text.replace("-", "−");
  }

  function percent(share) {
    if (!known(share)) return "–";
    const unit = state.lang === "en" ? " %" : "%";
    if (share >= 0.995 && share < 1) return ">99" + unit;
    if (share > 0 && share < 0.005) return "<1" + unit;
    return num(share * 100) + unit;
  }

  /** A probability. A finite number of draws never proves 0 or 100 %. */
  function chance(share) {
    if (!known(share)) return "–";
    return percent(clamp(share, 0.001, 0.999));
  }

  const span = (a, b) => num(a) + "–" + num(b);
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const last = (list) => list[list.length - 1];
  const colon = () => (state.lang === "zh" ? "：" : ": ");

  const ruler = document.createElement("canvas").getContext("2d");
  function textWidth(text, font) {
    ruler.font = font + " " + getComputedStyle(document.body).fontFamily;
    return ruler.measureText(text).width;
  }

  function reducedMotion() {
    return window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  const narrow = () => window.innerWidth < 900 && !document.body.classList.contains("printing");

  /* ---------- the model ---------- */

  /** Undo the delta coding: integers in 1e-5 degrees to [[lat, lon], ...]. */
  function decodeRing(ring) {
    const points = [];
    let lon = 0;
    let lat = 0;
    for (let i = 0; i + 1 < ring.length; i += 2) {
      lon += ring[i];
      lat += ring[i + 1];
      points.push([lat / 1e5, lon / 1e5]);
    }
    return points;
  }

  function boundsOf(polygons) {
    const bounds = L.latLngBounds([]);
    polygons.forEach((rings) => rings[0].forEach((point) => bounds.extend(point)));
    return bounds;
  }

  function makeIndex() {
    const made = { coverage: {}, panel: {}, action: {}, area: {}, school: {}, geometry: {}, bounds: {}, reach: {} };
    model.coverages.forEach((coverage) => {
      made.coverage[coverage.id] = coverage;
      const places = new Map();
      coverage.catchments.forEach((area, i) => places.set(area.id, i));
      made.area[coverage.id] = places;
      made.geometry[coverage.id] = coverage.catchments.map((area) =>
        area.polygons.map((rings) => rings.map(decodeRing))
      );
      made.bounds[coverage.id] = made.geometry[coverage.id].map(boundsOf);
    });
    model.panels.forEach((panel) => {
      made.panel[panel.stage + "\n" + panel.scenario] = panel;
    });
    model.reach.forEach((item) => {
      made.reach[item.stage] = item;
    });
    made.action = new Map(model.actions.map((action) => [action.id, action]));
    made.school = new Map(model.schools.map((school) => [school.id, school]));
    return made;
  }

  const stage = () => model.stages[state.stage];
  const scenario = () => model.scenarios[state.scenario];
  const coverage = () => index.coverage[stage().coverage];
  const panel = () => index.panel[stage().id + "\n" + scenario().id];
  /** How far it is to school in this stage; undefined where the standard names no limit. */
  const reach = () => index.reach[stage().id];
  /** The view that is shown: a stage without a limit has no view of its reach. */
  const view = () => (state.view === "reach" && !reach() ? "use" : state.view);
  const placeOf = (id) => index.area[stage().coverage].get(id);
  const year = () => model.years[state.year];

  function sectionOf(school) {
    return school.sections.find((section) => section.stage === stage().id);
  }

  function schoolsIn(areaId) {
    return model.schools.filter((school) => {
      const section = sectionOf(school);
      return section && section.catchments.indexOf(areaId) >= 0;
    });
  }

  function schoolsOfStage() {
    return model.schools.filter(sectionOf);
  }

  /**
   * The proposals of this stage and scenario: those that the ranked list names,
   * then those that no list of this stage names (reviews of surplus).
   */
  function currentActions() {
    const named = new Set();
    const elsewhere = new Set();
    model.panels.forEach((other) => {
      if (other.stage !== stage().id) return;
      other.ranking.forEach((row) => {
        if (row.action) (other === panel() ? named : elsewhere).add(row.action);
      });
    });
    const ranked = panel()
      .ranking.map((row) => index.action.get(row.action))
      .filter(Boolean);
    const others = model.actions.filter(
      (action) => action.stage === stage().id && !named.has(action.id) && !elsewhere.has(action.id)
    );
    return Array.from(new Set(ranked.concat(others)));
  }

  /** Seats minus demand: negative where seats are missing. */
  function balanceAt(place, at) {
    const p = panel();
    const demand = p.demand[place][at];
    const seats = p.seats[place][at];
    return known(demand) && known(seats) ? seats - demand : null;
  }

  function chanceClass(value) {
    if (!known(value)) return null;
    const found = CHANCES.findIndex((item) => value <= item.upTo + 1e-9);
    return found < 0 ? CHANCES.length - 1 : found;
  }

  /** How an action is counted on its flag: seats short, or seats spare for a review. */
  function flagNumber(action) {
    const value = action.kind === "review" ? Math.abs(action.seats || action.short) : action.short;
    return num(Math.round(value));
  }

  function flagText(action) {
    const review = action.kind === "review";
    return t(review ? "flagSpare" : "flagShort", {
      s: SYMBOLS[action.kind] || "",
      w: review ? t("flagReview") : t(action.kind),
      y: opensIn(action),
      n: flagNumber(action),
    });
  }

  /* ---------- the map ---------- */

  function setUpMap() {
    map.setMinZoom(3);
    map.setMaxZoom(17);
    map.createPane("outline").style.zIndex = 350;
    map.createPane("reach").style.zIndex = 405;
    map.createPane("circles").style.zIndex = 406;
    map.createPane("picked").style.zIndex = 420;
    map.createPane("marks").style.zIndex = 450;
    map.getPane("outline").style.pointerEvents = "none";
    ["picked", "reach", "circles"].forEach((name) => (map.getPane(name).style.pointerEvents = "none"));
    const pane = map.getPane("marks");
    // marks are placed in pixels of one zoom level, so they rest while the map zooms
    pane.classList.add("leaflet-zoom-hide");
    drawn.marksSvg = s("svg", { id: "marks-svg", width: 1, height: 1 });
    pane.appendChild(drawn.marksSvg);
    drawn.marksSvg.addEventListener("click", clickMark);
    drawn.marksSvg.addEventListener("mousemove", hoverMark);
    drawn.marksSvg.addEventListener("mouseleave", hideTip);
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
    addNorth();
    addZoom();
    byId("map-frame").appendChild(h("div", { id: "tip", hidden: true }));
    map.on("moveend viewreset", paintMarks);
    map.on("zoomstart movestart", hideTip);
    // once the reader has moved the map, a change of its frame no longer moves it back
    ["wheel", "pointerdown"].forEach((type) =>
      map.getContainer().addEventListener(type, () => (drawn.home = false), { passive: true })
    );
  }

  function addNorth() {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const word = s("text", { x: 9, y: 29, "text-anchor": "middle", id: "north-word" });
      return h(
        "div",
        { class: "north" },
        s("svg", { width: 18, height: 32, "aria-hidden": "true" }, s("path", { d: "M9 1L14 17L9 13.5L4 17Z" }), word)
      );
    };
    control.addTo(map);
  }

  function addZoom() {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const button = (id, sign, act) =>
        h("button", { type: "button", id: id, on: { click: act } }, h("span", { "aria-hidden": "true" }, sign));
      const box = h(
        "div",
        { class: "zoom" },
        button("zoom-in", "+", () => zoomBy(0.5)),
        button("zoom-out", "−", () => zoomBy(-0.5)),
        button("zoom-home", "⌂", () => fitAll(true))
      );
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    control.addTo(map);
  }

  function zoomBy(step) {
    drawn.home = false;
    map.setZoom(map.getZoom() + step, { animate: !reducedMotion() });
  }

  function allBounds() {
    const bounds = L.latLngBounds([]);
    index.bounds[stage().coverage].forEach((one) => bounds.extend(one));
    return bounds.isValid() ? bounds : L.latLngBounds([[-1, -1], [1, 1]]);
  }

  function fitAll(animate) {
    map.invalidateSize({ animate: false });
    drawn.home = true;
    const side = narrow() ? 14 : 26;
    map.fitBounds(allBounds(), {
      paddingTopLeft: [side, side],
      paddingBottomRight: [side, narrow() ? 30 : side],
      animate: Boolean(animate) && !reducedMotion(),
    });
  }

  /** Show one catchment with its neighbourhood: never so near that its setting is lost. */
  function fitArea(place) {
    const bounds = index.bounds[stage().coverage][place];
    const whole = map.getBoundsZoom(allBounds());
    drawn.home = false;
    map.fitBounds(bounds.pad(0.4), { maxZoom: whole + 1.8, animate: !reducedMotion() });
  }

  /** Draw the catchments of the stage's coverage; the next year only restyles them. */
  function drawAreas() {
    if (drawn.coverage === stage().coverage) return;
    drawn.areas.concat(drawn.outline || []).forEach((layer) => map.removeLayer(layer));
    const shapes = index.geometry[stage().coverage];
    drawn.outline = L.polygon([].concat.apply([], shapes), {
      pane: "outline",
      renderer: L.svg({ pane: "outline", padding: 0.3 }),
      interactive: false,
      color: "#8b9098",
      weight: 3.4,
      fill: false,
      smoothFactor: 0,
    }).addTo(map);
    drawn.renderer = drawn.renderer || L.svg({ padding: 0.3 });
    drawn.areas = shapes.map((polygons, place) =>
      L.polygon(polygons, {
        renderer: drawn.renderer,
        color: "#ffffff",
        weight: shapes.length > 400 ? 0.6 : 1.4,
        fillOpacity: 1,
        smoothFactor: 0,
        className: "area",
      })
        .on("click", () => choose({ kind: "catchment", id: coverage().catchments[place].id }))
        .on("mousemove", (event) => showTip(event.originalEvent, areaTip(place)))
        .on("mouseout", hideTip)
        .addTo(map)
    );
    addHatch();
    drawn.coverage = stage().coverage;
    drawn.picked = null;
    fitAll(false);
  }

  /** The pattern for "no data" lives inside the map's own SVG, so that it prints too. */
  function addHatch() {
    const svg = map.getPane("overlayPane").querySelector("svg");
    if (!svg || svg.querySelector("#hatch")) return;
    svg.insertBefore(s("defs", null, hatchPattern("hatch")), svg.firstChild);
  }

  function hatchPattern(id) {
    return s(
      "pattern",
      { id: id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 7, height: 7, fill: "#f7f6f3" }),
      s("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: "#a9adb3", "stroke-width": 2 })
    );
  }

  function colourOf(place) {
    const p = panel();
    const shade = p.shade[place][state.year];
    if (view() === "reach") return "#efece5";
    if (view() === "gap") return shade === null ? NO_DATA : "#e9e6df";
    if (view() === "chance") {
      const found = shade === null ? null : chanceClass(p.probability[place][state.year]);
      return found === null ? NO_DATA : CHANCES[found].colour;
    }
    return shade === null ? NO_DATA : model.shades[shade].colour;
  }

  function paintAreas() {
    drawn.areas.forEach((layer, place) => layer.setStyle({ fillColor: colourOf(place) }));
    paintPicked();
  }

  /** What can be reached from each open school, and dashed the circles that a pair of compasses would have drawn. */
  function paintReach() {
    const here = view() === "reach" ? reach() : null;
    const open = here ? here.zones.filter((zone) => zone.open[state.year]) : [];
    const key = here ? here.stage + "\n" + open.map((zone) => zone.id).join("\n") : "";
    if (drawn.reachKey === key) return;
    drawn.reachKey = key;
    drawn.zones = drawn.zones || [];
    drawn.zones.forEach((layer) => map.removeLayer(layer));
    drawn.reachSvg = drawn.reachSvg || L.svg({ pane: "reach", padding: 0.3 });
    drawn.circleSvg = drawn.circleSvg || L.svg({ pane: "circles", padding: 0.3 });
    const zones = { pane: "reach", renderer: drawn.reachSvg, interactive: false, stroke: false, fillColor: ZONE, fillOpacity: 1, smoothFactor: 0, className: "zone" };
    const circles = { pane: "circles", renderer: drawn.circleSvg, interactive: false, color: INK, weight: 1, opacity: 0.55, dashArray: "3 4", fill: false, className: "circle" };
    drawn.zones = open.map((zone) =>
      zone.polygons.length
        ? L.polygon(zone.polygons.map((rings) => rings.map(decodeRing)), zones)
        : L.circle([zone.lat, zone.lon], Object.assign({ radius: zone.radius_m }, zones))
    );
    open.forEach((zone) => drawn.zones.push(L.circle([zone.lat, zone.lon], Object.assign({ radius: zone.circle_m }, circles))));
    drawn.zones.forEach((layer) => layer.addTo(map));
  }

  /** The picked catchment gets a dark line above all fills. */
  function paintPicked() {
    const id = pickedArea();
    const key = stage().coverage + "\n" + id;
    if (drawn.pickedKey === key && drawn.picked) return;
    if (drawn.picked) map.removeLayer(drawn.picked);
    drawn.picked = null;
    drawn.pickedKey = key;
    const place = id === null ? undefined : placeOf(id);
    if (place === undefined) return;
    drawn.pickedRenderer = drawn.pickedRenderer || L.svg({ pane: "picked", padding: 0.3 });
    drawn.picked = L.polygon(index.geometry[stage().coverage][place], {
      pane: "picked",
      renderer: drawn.pickedRenderer,
      interactive: false,
      color: INK,
      weight: 2.6,
      fill: false,
      smoothFactor: 0,
    }).addTo(map);
  }

  function pickedArea() {
    return state.picked && state.picked.kind === "catchment" ? state.picked.id : null;
  }

  /* ---------- marks, circles and flags: placed in pixels ---------- */

  /** Pixels per root of a seat, so that all marks together stay a small part of the map. */
  function markScale() {
    const schools = schoolsOfStage();
    let total = 0;
    let largest = 1;
    schools.forEach((school) => {
      const seats = sectionOf(school).seats[state.year] || 0;
      total += Math.max(seats, 1);
      largest = Math.max(largest, seats);
    });
    const bounds = allBounds();
    const a = map.latLngToLayerPoint(bounds.getNorthWest());
    const b = map.latLngToLayerPoint(bounds.getSouthEast());
    const room = Math.abs((b.x - a.x) * (b.y - a.y)) * 0.6;
    const byRoom = Math.sqrt((room * 0.04) / Math.max(total, 1));
    const bySize = (schools.length > 120 ? 17 : 20) / Math.sqrt(largest);
    return Math.min(byRoom, bySize);
  }

  /** Side of the square (or of the square with the circle's area), in pixels. */
  const markSide = (seats, scale) => Math.max(4.5, Math.sqrt(Math.max(seats, 0)) * scale);

  function markNode(shape, x, y, side, props) {
    if (shape === "circle") {
      const r = side / Math.sqrt(Math.PI);
      return s("circle", Object.assign({ cx: x.toFixed(1), cy: y.toFixed(1), r: r.toFixed(1) }, props));
    }
    return s(
      "rect",
      Object.assign(
        {
          x: (x - side / 2).toFixed(1),
          y: (y - side / 2).toFixed(1),
          width: side.toFixed(1),
          height: side.toFixed(1),
          rx: Math.min(2, side / 6).toFixed(1),
        },
        props
      )
    );
  }

  function paintMarks() {
    if (!drawn.coverage) return;
    hideTip();
    const svg = drawn.marksSvg;
    const poles = s("g");
    const circles = s("g");
    const marks = s("g");
    const flags = s("g");
    const names = s("g", { class: "names" });
    const scale = markScale();
    drawn.scale = scale;
    drawn.marks = placeMarks(marks, scale);
    drawn.circles = view() === "gap" || view() === "reach" ? placeCircles(circles, view() === "gap" ? gapItems() : reachItems()) : [];
    const solid = drawn.marks.concat(drawn.circles);
    // proposals are about seats: the way to school is looked at by itself
    drawn.flags = view() === "reach" ? [] : placeFlags(poles, flags, solid);
    placeNames(names, solid.concat(drawn.flags));
    marks.setAttribute("class", "marks" + (view() === "gap" ? " quiet" : ""));
    fill(svg, names, poles, marks, circles, flags);
    paintLegend();
  }

  function placeMarks(group, scale) {
    const many = schoolsOfStage().length > 120;
    const picked = state.picked && state.picked.kind === "school" ? state.picked.id : null;
    const placed = [];
    // the large ones first, so that a small school is never hidden by a large one
    schoolsOfStage()
      .map((school) => ({ school: school, seats: sectionOf(school).seats[state.year] || 0 }))
      .sort((a, b) => b.seats - a.seats)
      .forEach((item) => {
        const at = map.latLngToLayerPoint([item.school.lat, item.school.lon]);
        const side = item.seats > 0 ? markSide(item.seats, scale) : many ? 5 : 6;
        const half = side / 2 + (many ? 0 : 1.5);
        const names = ["mark"];
        if (item.seats <= 0) names.push("closed");
        if (many) names.push("small");
        if (item.school.id === picked) names.push("picked");
        group.appendChild(
          markNode(stage().shape, at.x, at.y, side, { class: names.join(" "), "data-school": item.school.id })
        );
        placed.push({ x: at.x - half, y: at.y - half, w: 2 * half, h: 2 * half });
      });
    return placed.concat(placePlots(group));
  }

  const plotsOfStage = () => model.sites.filter((site) => site.stages.indexOf(stage().id) >= 0);

  /** Half the diagonal of a listed plot's diamond. */
  const PLOT = 6;

  /** Listed plots are hollow diamonds; one that a proposal would build on is filled. */
  function placePlots(group) {
    return plotsOfStage().map((site) => {
      const at = map.latLngToLayerPoint([site.lat, site.lon]);
      const corners = [[0, -PLOT], [PLOT, 0], [0, PLOT], [-PLOT, 0]];
      const points = corners.map((c) => (at.x + c[0]).toFixed(1) + "," + (at.y + c[1]).toFixed(1)).join(" ");
      const used = currentActions().some((action) => action.site === site.id);
      group.appendChild(s("polygon", { class: "mark plot" + (used ? " used" : ""), points: points, "data-plot": site.id }));
      return { x: at.x - PLOT - 1, y: at.y - PLOT - 1, w: 2 * PLOT + 2, h: 2 * PLOT + 2 };
    });
  }

  function plotTip(site) {
    const lines = [site.name, t("plot")];
    if (known(site.max_classes)) lines.push(t("plotClasses", { n: num(site.max_classes) }));
    if (site.ready_from) lines.push(t("plotReady", { y: site.ready_from }));
    const used = currentActions().filter((action) => action.site === site.id);
    used.forEach((action) => lines.push(t(action.kind) + " " + action.opens + " · " + t("proposalSize", { n: num(action.seats) })));
    return site.note ? lines.concat(site.note) : lines;
  }

  /** Seats missing or spare in each catchment, and the most of them in any year. */
  function gapItems() {
    let most = 1;
    const items = coverage().catchments.map((area, place) => {
      model.years.forEach((_, at) => (most = Math.max(most, Math.abs(balanceAt(place, at) || 0))));
      return { value: balanceAt(place, state.year), at: [area.anchor[1], area.anchor[0]], data: { "data-area": area.id } };
    });
    return { items: items, most: most };
  }

  /** Children of each small area who live out of reach, and the most of them in any year. */
  function reachItems() {
    let most = 1;
    const sums = model.years.map(() => 0);
    const items = reach().areas.map((area, place) => {
      area.beyond.forEach((value, at) => {
        most = Math.max(most, value || 0);
        sums[at] += value || 0;
      });
      const beyond = area.beyond[state.year];
      return { value: known(beyond) ? -beyond : null, at: [area.lat, area.lon], data: { "data-reach": place }, text: num(beyond) };
    });
    return { items: items, most: most, total: Math.max.apply(null, sums) };
  }

  /** Pixels per root of a seat or a child for circles; fixed over years. Many circles leave most of the map free. */
  function circleScale(most, total) {
    const size = map.getSize();
    const room = Math.min(size.x, size.y) / (narrow() ? 11 : 13);
    const zoom = map.getZoom() - map.getBoundsZoom(allBounds());
    const bounds = allBounds();
    const a = map.latLngToLayerPoint(bounds.getNorthWest());
    const b = map.latLngToLayerPoint(bounds.getSouthEast());
    const free = Math.sqrt((Math.abs((b.x - a.x) * (b.y - a.y)) * 0.045) / Math.PI / Math.max(total, 1));
    return Math.min((clamp(room, 20, 44) * Math.pow(2, clamp(zoom, 0, 2) / 3)) / Math.sqrt(most), total ? free : Infinity);
  }

  function placeCircles(group, shown) {
    const scale = circleScale(shown.most, shown.total || 0);
    drawn.ringScale = scale;
    const placed = [];
    const labels = [];
    // of a hundred villages only those carry their number whose circle holds it
    const many = shown.items.length > 60;
    shown.items.forEach((item) => {
      const balance = item.value;
      if (balance === null || Math.round(balance) === 0) return;
      const at = map.latLngToLayerPoint(item.at);
      const r = Math.max(3, Math.sqrt(Math.abs(balance)) * scale);
      const text = item.text || (balance < 0 ? "−" : "+") + num(Math.abs(balance));
      const inside = textWidth(text, "600 12px") < 2 * r - 4;
      const kind = balance < 0 ? "short" : "spare";
      const circle = { class: "gap " + kind, cx: at.x.toFixed(1), cy: at.y.toFixed(1), r: r.toFixed(1) };
      group.appendChild(s("circle", Object.assign(circle, item.data)));
      const box = { x: at.x - r, y: at.y - r, w: 2 * r, h: 2 * r };
      placed.push(box);
      if (inside || !many) labels.push({ text: text, at: at, r: r, inside: inside, kind: kind });
    });
    labels.forEach((label) => placed.push(circleLabel(group, label, placed)));
    return placed;
  }

  /** The number of a circle: in it, or else on the side where nothing is in the way. */
  function circleLabel(group, label, taken) {
    const w = textWidth(label.text, "600 12px") + 4;
    const gap = label.r + 3;
    const sides = [[0, gap + 7], [0, -gap - 7], [gap + w / 2, 0], [-gap - w / 2, 0]];
    const boxes = sides.map((side) => ({ x: label.at.x + side[0] - w / 2, y: label.at.y + side[1] - 7, w: w, h: 14 }));
    const free = boxes.find((box) => !taken.some((other) => meet(box, other))) || boxes[0];
    const box = label.inside ? { x: label.at.x - w / 2, y: label.at.y - 7, w: w, h: 14 } : free;
    const name = "gap-text" + (label.inside ? " in-" + label.kind : "");
    group.appendChild(s("text", { class: name, x: (box.x + w / 2).toFixed(1), y: (box.y + 11.3).toFixed(1) }, label.text));
    return box;
  }

  const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

  /** Names of catchments come last: where they fit their areas and hide nothing. */
  function placeNames(group, taken) {
    if (coverage().catchments.length > 400) return;
    const origin = map.containerPointToLayerPoint([0, 0]);
    const size = map.getSize();
    const frame = { x: origin.x, y: origin.y, w: size.x, h: size.y };
    const inside = (box) =>
      box.x > frame.x && box.y > frame.y && box.x + box.w < frame.x + frame.w && box.y + box.h < frame.y + frame.h;
    taken = taken.concat(controlBoxes(origin, size));
    let visible = 0;
    const named = [];
    coverage().catchments.forEach((area, place) => {
      const bounds = index.bounds[stage().coverage][place];
      const a = map.latLngToLayerPoint(bounds.getNorthWest());
      const b = map.latLngToLayerPoint(bounds.getSouthEast());
      const w = textWidth(area.name, "11px") + 4;
      if (meet(frame, { x: a.x, y: a.y, w: b.x - a.x, h: b.y - a.y })) visible += 1;
      if (w > (b.x - a.x) * 0.92 || b.y - a.y < 18) return;
      const at = map.latLngToLayerPoint([area.anchor[1], area.anchor[0]]);
      const spots = [0, -15, 15, -28, 28, -42, 42].map((dy) => ({ x: at.x - w / 2, y: at.y + dy - 7, w: w, h: 14 }));
      const box = spots.find(
        (spot) => spot.y > a.y && spot.y + 14 < b.y && inside(spot) && !taken.some((other) => meet(spot, other))
      );
      if (!box) return;
      taken.push(box);
      named.push(s("text", { x: (box.x + w / 2).toFixed(1), y: (box.y + 11).toFixed(1) }, area.name));
    });
    // a few names among many nameless areas would only raise questions
    if (named.length >= visible * 0.4) append(group, named);
  }

  /** Offsets of a flag's box from its foot, nearest and most upright first. */
  function flagSpots(w, height) {
    const spots = [];
    const near = narrow();
    (near ? [24, 38] : [26, 40, 56, 76]).forEach((up) => {
      spots.push({ x: 0, y: -up, side: 1 }, { x: -w, y: -up, side: -1 });
    });
    (near ? [14, 28] : [14, 30, 48]).forEach((down) => {
      spots.push({ x: 0, y: down, side: 1 }, { x: -w, y: down, side: -1 });
    });
    (near ? [40] : [44, 62, 80, 100]).forEach((far) => {
      for (let i = 0; i < 16; i += 1) {
        const turn = (i * Math.PI) / 8;
        const dx = Math.cos(turn) * far;
        const dy = Math.sin(turn) * far - height / 2;
        spots.push({ x: dx < 0 ? dx - w : dx, y: dy, side: dx < 0 ? -1 : 1 });
      }
    });
    return spots;
  }

  /** Where no flag may stand: the map's own controls, in layer pixels. */
  function controlBoxes(origin, size) {
    return [
      { x: origin.x, y: origin.y, w: 48, h: 120 },
      { x: origin.x, y: origin.y + size.y - 46, w: 190, h: 46 },
    ];
  }

  /** The year that a flag names: when a proposal opens; else when what it tells of begins. */
  const opensIn = (action) => (known(action.opens) ? action.opens : action.first_year);

  function flagState(action) {
    const from = opensIn(action);
    // what is built stays; a review and what is unsolved hold as long as they are told
    const stays = known(action.opens) && action.kind !== "unsolved" && !known(action.until);
    const to = known(action.until) ? action.until : action.last_year;
    if (from > year()) return "later";
    return !stays && to < year() ? "past" : "now";
  }

  /**
   * Place the flags greedily, the worst first. A flag that finds no free place
   * shrinks to its symbol; nothing hides a school, a circle or another flag.
   */
  /** Where more catchments than this have seats to spare, those flags shrink to symbols: a colour tells it already. */
  const MOST_SPARE_FLAGS = 6;

  function placeFlags(poles, group, obstacles) {
    const origin = map.containerPointToLayerPoint([0, 0]);
    const size = map.getSize();
    const frame = { x: origin.x + 4, y: origin.y + 4, w: size.x - 8, h: size.y - 8 };
    const taken = obstacles.concat(controlBoxes(origin, size));
    const inFrame = (box) =>
      box.x >= frame.x && box.y >= frame.y && box.x + box.w <= frame.x + frame.w && box.y + box.h <= frame.y + frame.h;
    const isFree = (box) => inFrame(box) && !taken.some((other) => meet(box, other));
    const small = narrow();
    const order = currentActions().map((action) => ({ action: action, state: flagState(action) }));
    const weight = { now: 1, later: 2, past: 3 };
    const spare = (item) => item.action.kind === "review";
    // shortages take their places first
    const rank = (item) => (item.action.catchment === pickedArea() ? 0 : weight[item.state] + (spare(item) ? 3 : 0));
    const manySpare = order.filter(spare).length > MOST_SPARE_FLAGS;
    order.sort((a, b) => rank(a) - rank(b));
    const told = new Set();
    const placed = [];
    order.forEach((item) => {
      const foot = map.latLngToLayerPoint([item.action.lat, item.action.lon]);
      if (!inFrame({ x: foot.x, y: foot.y, w: 0, h: 0 })) return;
      const text = flagText(item.action);
      const font = small ? "600 11px" : "600 12px";
      const w = Math.ceil(textWidth(text, font)) + 24;
      const hFlag = small ? 18 : 20;
      // a shortage is told once: further proposals for it are symbols, as are all beside the circles of the gap view
      const again = told.has(item.action.catchment);
      told.add(item.action.catchment);
      const aside = item.state === "past" || (manySpare && spare(item));
      const short = again || view() === "gap" || view() === "reach" || (aside && rank(item) > 0);
      const forms = short ? [] : [{ text: text, w: w, h: hFlag }];
      forms.push({ text: SYMBOLS[item.action.kind], w: 20, h: 20, badge: true });
      forms.some((form) => {
        const spots = form.badge ? badgeSpots() : flagSpots(form.w, form.h);
        const spot = spots.find((at) => isFree({ x: foot.x + at.x, y: foot.y + at.y, w: form.w, h: form.h }));
        if (!spot) return false;
        const box = { x: foot.x + spot.x, y: foot.y + spot.y, w: form.w, h: form.h };
        taken.push({ x: box.x - 2, y: box.y - 2, w: box.w + 4, h: box.h + 4 });
        drawFlag(poles, group, item, form, box, foot, spot.side);
        placed.push(Object.assign({ id: item.action.id, full: !form.badge }, box));
        return true;
      });
    });
    return placed;
  }

  function badgeSpots() {
    const spots = [];
    (narrow() ? [18, 26, 36, 48] : [18, 30, 44, 62, 84]).forEach((far) => {
      for (let i = 0; i < 12; i += 1) {
        const turn = (i * Math.PI) / 6 - Math.PI / 3;
        spots.push({ x: Math.cos(turn) * far - 10, y: Math.sin(turn) * far - 10, side: 1 });
      }
    });
    return spots;
  }

  function drawFlag(poles, group, item, form, box, foot, side) {
    const action = item.action;
    const names = "flag " + (narrow() ? "tiny " : "") + item.state + (action.kind === "review" ? " review" : "");
    const endX = form.badge ? box.x + box.w / 2 : side > 0 ? box.x : box.x + box.w;
    const endY = form.badge ? box.y + box.h / 2 : box.y + (box.y < foot.y ? box.h : 0);
    const tipY = form.badge ? endY : box.y + (box.y < foot.y ? 0 : box.h);
    const d = `M${foot.x.toFixed(1)} ${foot.y.toFixed(1)}L${endX.toFixed(1)} ${endY.toFixed(1)}V${tipY.toFixed(1)}`;
    // a light edge keeps the pole visible on every fill
    append(poles, [s("path", { class: "pole-edge", d: d }), s("path", { class: "pole " + names, d: d })]);
    poles.appendChild(s("circle", { class: "foot " + names, cx: foot.x.toFixed(1), cy: foot.y.toFixed(1), r: 2.2 }));
    const node = s("g", { class: names, "data-area": action.catchment, "data-action": action.id });
    if (form.badge) {
      node.appendChild(s("circle", { cx: endX.toFixed(1), cy: endY.toFixed(1), r: 9.5 }));
      node.appendChild(s("text", { x: endX.toFixed(1), y: (endY + 4.5).toFixed(1), "text-anchor": "middle" }, form.text));
    } else {
      node.appendChild(s("path", { d: pennant(box, side) }));
      const x = side > 0 ? box.x + 7 : box.x + box.w - 7;
      const anchor = side > 0 ? "start" : "end";
      node.appendChild(
        s("text", { x: x.toFixed(1), y: (box.y + box.h / 2 + 4.3).toFixed(1), "text-anchor": anchor }, form.text)
      );
    }
    group.appendChild(node);
  }

  /** A swallow-tailed pennant whose straight side is at the pole. */
  function pennant(box, side) {
    const near = side > 0 ? box.x : box.x + box.w;
    const far = side > 0 ? box.x + box.w : box.x;
    const notch = far - side * 6;
    const f = (value) => value.toFixed(1);
    return `M${f(near)} ${f(box.y)}H${f(far)}L${f(notch)} ${f(box.y + box.h / 2)}L${f(far)} ${f(box.y + box.h)}H${f(near)}Z`;
  }

  function clickMark(event) {
    const node = event.target.closest("[data-school],[data-area]");
    if (!node) return;
    event.stopPropagation();
    if (node.dataset.school) choose({ kind: "school", id: node.dataset.school });
    else choose({ kind: "catchment", id: node.dataset.area });
  }

  function hoverMark(event) {
    const node = event.target.closest("[data-school],[data-plot],[data-area],[data-reach]");
    if (!node) return hideTip();
    if (node.dataset.reach) return showTip(event, reachTip(reach().areas[node.dataset.reach]));
    if (node.dataset.school) return showTip(event, schoolTip(index.school.get(node.dataset.school)));
    if (node.dataset.plot) return showTip(event, plotTip(model.sites.find((site) => site.id === node.dataset.plot)));
    return showTip(event, areaTip(placeOf(node.dataset.area)));
  }

  /* ---------- tip under the pointer ---------- */

  function balanceWords(balance) {
    if (balance === null) return t("unknown");
    return (balance < 0 ? t("short") : t("spare")) + " " + num(Math.abs(balance));
  }

  function areaTip(place) {
    const p = panel();
    const lines = [
      percent(p.utilisation[place][state.year]) + " · " + balanceWords(balanceAt(place, state.year)),
      t("demand") + " " + num(p.demand[place][state.year]) + " · " + t("seats") + " " + num(p.seats[place][state.year]),
    ];
    return [coverage().catchments[place].name].concat(lines);
  }

  function reachTip(area) {
    const at = state.year;
    const lines = [area.name, t("reachOf", { n: num(area.beyond[at]), m: num(area.children[at]) })];
    if (known(area.way_m)) lines.push(t("reachNearest", { s: area.nearest, d: metres(area.way_m) }));
    return lines;
  }

  /** A length as people say it: metres, or kilometres from two on. */
  function metres(value) {
    return value < 2000 ? num(Math.round(value / 10) * 10) + " m" : num(value / 1000, 1) + " km";
  }

  function schoolTip(school) {
    const section = sectionOf(school);
    const lines = [school.name, t("seatsUnit", { n: num(section.seats[state.year]) }) + " (" + year() + ")"];
    if (known(section.enrolment))
      lines.push(t("enrolled") + " " + num(section.enrolment) + (section.enrolment_year ? " (" + section.enrolment_year + ")" : ""));
    return lines;
  }

  function showTip(event, lines) {
    const tip = byId("tip");
    const frame = byId("map-frame").getBoundingClientRect();
    fill(tip, lines.map((line, i) => h(i ? "span" : "b", null, line)));
    tip.hidden = false;
    const x = event.clientX - frame.left;
    const y = event.clientY - frame.top;
    tip.style.left = clamp(x + 14, 4, Math.max(4, frame.width - tip.offsetWidth - 4)) + "px";
    tip.style.top = (y + 18 + tip.offsetHeight > frame.height ? y - tip.offsetHeight - 12 : y + 18) + "px";
  }

  function hideTip() {
    const tip = byId("tip");
    if (tip) tip.hidden = true;
  }

  /* ---------- left: totals, views, legend ---------- */

  function paintTotals() {
    const totals = panel().totals;
    const at = state.year;
    const row = (label, value, name) => h("div", { class: name }, h("dt", null, label), h("dd", null, value));
    if (view() === "reach") return reachTotals(row);
    fill(
      byId("totals"),
      h("h2", null, t("whole", { y: year(), s: pick(stage().label) })),
      h(
        "dl",
        null,
        row(t("demandCentral"), num(totals.demand[at]), "strong"),
        row(t("interval"), span(totals.p10[at], totals.p90[at])),
        row(t("Seats"), num(totals.seats[at]), "strong"),
        row(t("sumShort"), num(totals.short[at]), "strong short"),
        row(t("sumSpare"), num(totals.spare[at]), "strong spare")
      )
    );
  }

  function reachTotals(row) {
    const here = reach();
    const at = state.year;
    const judged = here.within[at] + here.beyond[at];
    fill(
      byId("totals"),
      h("h2", null, t("whole", { y: year(), s: pick(stage().label) })),
      h(
        "dl",
        null,
        row(t("reachWithin"), num(here.within[at]), "strong"),
        row(t("reachBeyond"), num(here.beyond[at]), "strong short"),
        row(t("reachShare"), judged > 0 ? percent(here.within[at] / judged) : "–", "strong"),
        here.unknown[at] >= 0.5 && row(t("reachNoNorm"), num(here.unknown[at]))
      )
    );
  }

  function paintViews() {
    const box = byId("views");
    box.querySelectorAll("label").forEach((node) => node.remove());
    const views = [["use", "viewUse"], ["gap", "viewGap"], ["chance", "viewChance"]];
    if (reach()) views.push(["reach", "viewReach"]);
    views.forEach((item) => {
      const input = h("input", { type: "radio", name: "view", value: item[0] });
      input.checked = view() === item[0];
      input.addEventListener("change", () => update({ view: item[0] }));
      box.appendChild(h("label", null, input, h("span", null, t(item[1]))));
    });
  }

  function swatch(colour) {
    const box = s("svg", { width: 22, height: 15, "aria-hidden": "true" });
    if (colour === NO_DATA) box.appendChild(s("defs", null, hatchPattern("hatch-key")));
    const paint = colour === NO_DATA ? "url(#hatch-key)" : colour;
    box.appendChild(s("rect", { x: 0.5, y: 0.5, width: 21, height: 14, rx: 2, fill: paint, stroke: "#b9b5ab" }));
    return box;
  }

  function legendRow(sign, text, name) {
    return h("li", { class: name || null }, sign, h("span", null, text));
  }

  function legendRows() {
    if (view() === "gap") return gapRows();
    if (view() === "reach") return reachRows();
    const rows =
      view() === "chance"
        ? CHANCES.map((item, i) => legendRow(swatch(item.colour), t("chance" + i)))
        : model.shades.map((shade) => legendRow(swatch(shade.colour), pick(shade.label)));
    const none = panel().shade.some((line) => line.some((value) => value === null));
    return none ? rows.concat(legendRow(swatch(NO_DATA), t("noData"))) : rows;
  }

  function gapRows() {
    const nice = niceRing();
    return [
      legendRow(ringSign("short", nice), "−" + num(nice) + " " + t("shortSeats")),
      legendRow(ringSign("spare", nice), "+" + num(nice) + " " + t("spareSeats")),
    ];
  }

  /** A round number whose circle is large enough to read. */
  const niceRing = () => niceBelow(Math.pow(28 / drawn.ringScale, 2) / 2);

  function ringSign(kind, value) {
    const r = Math.max(3, Math.sqrt(value) * drawn.ringScale);
    const side = Math.ceil(2 * r + 3);
    return s(
      "svg",
      { width: side, height: side, "aria-hidden": "true" },
      s("circle", { class: "gap " + kind, cx: side / 2, cy: side / 2, r: r.toFixed(1) })
    );
  }

  function reachRows() {
    const nice = niceRing();
    const lengths = Array.from(new Set(reach().zones.map((zone) => zone.circle_m))).sort((a, b) => a - b);
    const length = lengths.length > 2 ? t("zoneMany") : lengths.map(metres).join(" / ");
    const ring = s(
      "svg",
      { width: 22, height: 15, "aria-hidden": "true" },
      s("ellipse", { cx: 11, cy: 7.5, rx: 10, ry: 6.5, fill: "none", stroke: INK, "stroke-opacity": 0.55, "stroke-dasharray": "3 4" })
    );
    return !lengths.length ? [legendRow(ringSign("short", nice), t("outOfReach", { n: num(nice) }))] : [
      legendRow(swatch(ZONE_KEY), t(reach().by === "roads" ? "zoneRoads" : "zoneStraight", { n: length })),
      legendRow(ring, t("zoneCircle")),
      legendRow(ringSign("short", nice), t("outOfReach", { n: num(nice) })),
    ];
  }

  function niceBelow(value) {
    const unit = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1))));
    const step = [5, 2, 1].find((factor) => factor * unit <= Math.max(value, 1)) || 1;
    return step * unit;
  }

  function plotSign() {
    const shape = s("polygon", { class: "mark plot", points: "8,2 14,8 8,14 2,8" });
    const sign = s("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
    sign.appendChild(shape);
    return sign;
  }

  /** Sizes of the schools' marks at this zoom: two of the sizes that are there. */
  function schoolKey() {
    const sizes = schoolsOfStage()
      .map((school) => sectionOf(school).seats[state.year] || 0)
      .filter((seats) => seats > 0)
      .sort((a, b) => a - b);
    if (!sizes.length) return null;
    const high = niceBelow(last(sizes));
    const low = niceBelow(sizes[Math.floor(sizes.length / 4)]);
    const row = h("p", { class: "sizes" });
    (low < high ? [low, high] : [high]).forEach((seats) => {
      const side = markSide(seats, drawn.scale || 1);
      const box = Math.ceil(side * 1.2 + 4);
      const svg = s("svg", { width: box, height: box, "aria-hidden": "true" });
      svg.appendChild(markNode(stage().shape, box / 2, box / 2, side, { class: "mark" }));
      append(row, [h("span", null, svg, num(seats))]);
    });
    const plot = plotsOfStage().length > 0 && h("ul", { class: "key" }, legendRow(plotSign(), t("plots"), "plots"));
    return [h("h2", null, t("schools")), row, plot];
  }

  function paintLegend() {
    const key = [state.stage, state.scenario, state.year, view(), state.lang, drawn.scale, drawn.ringScale].join();
    if (fresh.legend === key) return;
    fresh.legend = key;
    const heads = { use: "legendUse", gap: "legendGap", chance: "legendChance", reach: "legendReach" };
    const kinds = view() === "reach" ? [] : Object.keys(SYMBOLS).filter((kind) => currentActions().some((action) => action.kind === kind));
    fill(
      byId("legend"),
      h("h2", null, t(heads[view()])),
      h("ul", { class: "key" }, legendRows()),
      view() === "reach" && h("p", { class: "hint" }, [pick(reach().limits), pick(reach().method), t("reachOpen", { y: year(), s: pick(model.scenarios[0].label) })].join(state.lang === "zh" ? "" : " ")),
      schoolKey(),
      kinds.length > 0 && [
        h("h2", null, state.scenario ? t("proposalsFor") : t("proposals")),
        h(
          "ul",
          { class: "key proposals" },
          kinds.map((kind) => legendRow(h("b", { class: "sign " + kind, "aria-hidden": "true" }, SYMBOLS[kind]), t(kind), kind))
        ),
        h("p", { class: "hint" }, t("flagNow", { y: year() }) + (state.lang === "zh" ? "；" : "; ") + t("flagLater")),
      ]
    );
  }

  /* ---------- right: the ranked list ---------- */

  function chip(action) {
    if (!action) return h("span", { class: "chip quiet" }, t("watch"));
    return h("span", { class: "chip " + action.kind }, SYMBOLS[action.kind] + " " + t(action.kind === "review" ? "flagReview" : action.kind));
  }

  function linePath(values, x, y) {
    let d = "";
    values.forEach((value, i) => {
      if (known(value)) d += (d ? "L" : "M") + x(i).toFixed(1) + " " + y(value).toFixed(1);
    });
    return d;
  }

  /** Seats hold for a whole year, so the line changes halfway between two years. */
  function stepPath(values, x, y) {
    let d = "";
    values.forEach((value, i) => {
      if (!known(value)) return;
      if (!d) d = "M" + x(i).toFixed(1) + " " + y(value).toFixed(1);
      else d += "H" + ((x(i - 1) + x(i)) / 2).toFixed(1) + "V" + y(value).toFixed(1);
      if (i === values.length - 1) d += "H" + x(i).toFixed(1);
    });
    return d;
  }

  function bandPath(low, high, x, y) {
    const there = low.map((_, i) => i).filter((i) => known(low[i]) && known(high[i]));
    if (there.length < 2) return "";
    const up = there.map((i) => x(i).toFixed(1) + " " + y(high[i]).toFixed(1));
    const down = there.reverse().map((i) => x(i).toFixed(1) + " " + y(low[i]).toFixed(1));
    return "M" + up.concat(down).join("L") + "Z";
  }

  function spark(place) {
    const p = panel();
    const values = p.demand[place].concat(p.seats[place]).filter(known);
    const high = Math.max.apply(null, values.concat(1));
    const low = Math.min.apply(null, values.concat(high)) * 0.9;
    const x = (i) => 2 + (i * 80) / Math.max(1, model.years.length - 1);
    const y = (value) => 24 - ((value - low) / Math.max(1, high - low)) * 20;
    return s(
      "svg",
      { class: "spark", width: 84, height: 27, "aria-hidden": "true" },
      s("path", { d: stepPath(p.seats[place], x, y), class: "line-seats" }),
      s("path", { d: linePath(p.demand[place], x, y), class: "line-demand" })
    );
  }

  const yearsText = (a, b) => (a === b ? t("inYear", { a: a }) : t("inYears", { a: a, b: b }));

  function rankRow(row) {
    const place = placeOf(row.catchment);
    if (place === undefined) return null;
    const area = coverage().catchments[place];
    const here = pickedArea() === area.id;
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "row",
          "data-catchment": area.id,
          "aria-current": here ? "true" : null,
          on: { click: () => choose({ kind: "catchment", id: area.id }, true) },
        },
        h("span", { class: "name" }, area.name),
        chip(index.action.get(row.action)),
        h(
          "span",
          { class: "figures" },
          h("span", null, h("b", null, t("rankShort", { n: num(row.peak_short) })), " · " + t("peak", { y: row.peak_year })),
          h("span", null, yearsText(row.first_year, row.last_year) + " · " + t("rankChance", { p: chance(row.probability) }))
        ),
        spark(place)
      )
    );
  }

  function reviewRow(action) {
    const place = placeOf(action.catchment);
    if (place === undefined) return null;
    const school = index.school.get(action.school);
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "row",
          "data-catchment": action.catchment,
          on: { click: () => choose({ kind: "catchment", id: action.catchment }, true) },
        },
        h("span", { class: "name" }, school ? school.name : coverage().catchments[place].name),
        chip(action),
        h(
          "span",
          { class: "figures" },
          h("span", null, h("b", null, t("reviewRow", { n: flagNumber(action) })), " · " + t("peak", { y: action.peak_year })),
          h("span", null, yearsText(action.first_year, action.last_year))
        ),
        spark(place)
      )
    );
  }

  function allRow(area, place) {
    const p = panel();
    const shade = p.shade[place][state.year];
    return h(
      "li",
      null,
      h(
        "button",
        { type: "button", class: "line", "data-catchment": area.id, on: { click: () => choose({ kind: "catchment", id: area.id }, true) } },
        swatch(shade === null ? NO_DATA : model.shades[shade].colour),
        h("span", { class: "name" }, area.name),
        h("span", null, percent(p.utilisation[place][state.year]))
      )
    );
  }

  function paintList() {
    const key = [state.stage, state.scenario, state.lang, JSON.stringify(state.picked)].join();
    if (fresh.list !== key) {
      fresh.list = key;
      const ranking = panel().ranking;
      const rows = ranking.map(rankRow);
      const reviews = currentActions().filter((action) => action.kind === "review");
      fill(
        byId("list"),
        h("h2", null, t("where"), h("small", null, t("rankingIs"))),
        rows.length ? h("ol", { class: "rows" }, rows) : h("p", { class: "empty" }, t("noShortage")),
        reviews.length > 0 && [h("h2", null, t("reviewHead")), h("ul", { class: "rows" }, reviews.map(reviewRow))],
        h("details", { id: "all-areas" }, h("summary"), h("ul", { class: "rows" }))
      );
      fresh.all = "";
      byId("all-areas").addEventListener("toggle", paintAllAreas);
    }
    paintAllAreas();
  }

  /** Every catchment, sorted by use: the keyboard's way to what the map shows. */
  function paintAllAreas() {
    const box = byId("all-areas");
    const areas = coverage().catchments;
    fill(box.querySelector("summary"), t("allHead", { n: num(areas.length), y: year() }));
    const key = fresh.list + state.year;
    if (!box.open || fresh.all === key) return;
    fresh.all = key;
    const use = (place) => panel().utilisation[place][state.year];
    const order = areas.map((_, place) => place).sort((a, b) => (use(b) || 0) - (use(a) || 0) || a - b);
    fill(box.querySelector("ul"), order.map((place) => allRow(areas[place], place)));
  }

  /* ---------- right: the card ---------- */

  function paintCard() {
    const box = byId("card");
    const picked = state.picked;
    box.hidden = !picked;
    byId("list").hidden = Boolean(picked) && !narrow();
    if (!picked) return;
    const top = box.scrollTop;
    fill(box, picked.kind === "school" ? schoolCard(index.school.get(picked.id)) : areaCard(picked.id));
    box.scrollTop = fresh.card === picked.kind + picked.id ? top : 0;
    if (fresh.card !== picked.kind + picked.id) byId("side").scrollTop = 0;
    fresh.card = picked.kind + picked.id;
  }

  function cardHead(kind, name, level) {
    return h(
      "header",
      { class: "card-head" },
      h("button", { type: "button", id: "card-close", on: { click: closeCard } }, "← " + t("back")),
      h("p", { class: "kind" }, kind, level && h("span", { class: "level " + level }, t(level === "watch" ? "watchLevel" : level))),
      h("h2", null, name)
    );
  }

  function agesText() {
    return t("ages", { a: stage().ages[0], b: stage().ages[1] });
  }

  function areaCard(id) {
    const place = placeOf(id);
    const p = panel();
    const row = p.ranking.find((item) => item.catchment === id);
    const proposals = currentActions().filter((action) => action.catchment === id || (row && row.action === action.id));
    return [
      cardHead(t("catchment") + " · " + pick(stage().label), coverage().catchments[place].name, p.level[place][state.year]),
      fanChart(p.demand[place], p.p10[place], p.p90[place], p.seats[place], openings(id)),
      keyFigures(place),
      proposals.map(actionBlock),
      waterfall(place),
      observedBlock(id, place),
      schoolTable(id),
      projectBlock(projectsOf(id)),
    ];
  }

  function projectsOf(areaId) {
    const here = new Set(schoolsIn(areaId).map((school) => school.id));
    return model.projects.filter(
      (project) => project.stage === stage().id && (project.catchment === areaId || here.has(project.school))
    );
  }

  function openings(areaId) {
    return projectsOf(areaId)
      .filter((project) => project.counted && project.opening)
      .map((project) => parseInt(project.opening, 10));
  }

  function table(rows) {
    return h(
      "table",
      { class: "figures-table" },
      h(
        "tbody",
        null,
        rows.filter(Boolean).map((row) =>
          h("tr", { class: row[3] || null }, h("th", { scope: "row" }, row[0]), h("td", null, row[1]), h("td", { class: "unit" }, row[2] || ""))
        )
      )
    );
  }

  function keyFigures(place) {
    const p = panel();
    const at = state.year;
    const value = (grid) => grid[place][at];
    const balance = balanceAt(place, at);
    const short = balance !== null && balance < 0;
    return [
      h("h3", null, t("cardYear", { y: year() })),
      table([
        [t("children", { a: agesText() }), num(value(p.children)), t("uChildren")],
        [t("attendance"), percent(stage().attendance)],
        p.leaving.length > 0 && value(p.leaving) >= 0.5 && [t("howLeaving"), "−" + num(value(p.leaving)), t("uChildren")],
        p.coming.length > 0 && value(p.coming) >= 0.5 && [t("howComing"), "+" + num(value(p.coming)), t("uChildren")],
        [t("needed"), num(value(p.demand)), t("uSeats"), "strong"],
        [t("interval"), span(value(p.p10), value(p.p90)), t("uSeats")],
        [t("Seats"), num(value(p.seats)), t("uSeats"), "strong"],
        [short ? t("short") : t("spare"), balance === null ? "–" : num(Math.abs(balance)), t("uSeats"), short ? "strong short" : "strong spare"],
        [t("utilisation"), percent(value(p.utilisation))],
        [t("chance"), chance(value(p.probability))],
        known(value(p.classes_needed)) && [t("classes"), num(value(p.classes_needed)), t("uClasses")],
        known(value(p.oversized_classes)) && [t("oversized"), num(value(p.oversized_classes)), t("uClasses")],
        [t("bornShare", { d: model.population_date }), percent(value(p.born_share))],
      ]),
    ];
  }

  function niceTicks(low, high, count) {
    const raw = (high - low) / Math.max(1, count);
    const unit = Math.pow(10, Math.floor(Math.log10(Math.max(raw, 1e-9))));
    // seats and children are whole: no step below one
    const step = Math.max(1, unit * [1, 2, 5, 10].find((factor) => factor * unit >= raw));
    const ticks = [];
    for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) ticks.push(v);
    return ticks;
  }

  /** Demand with its interval against the seats, from zero, with the year's cursor. */
  function fanChart(demand, p10, p90, seats, opened) {
    const width = 268;
    const height = 152;
    const box = { l: 38, r: 12, t: 12, b: 20 };
    const n = model.years.length;
    const top = Math.max.apply(null, (p90 || []).concat(demand || [], seats).filter(known).concat(1));
    const inner = niceTicks(0, top, 4);
    const step = inner.length > 1 ? inner[1] : top;
    const ticks = last(inner) < top ? inner.concat(last(inner) + step) : inner;
    const high = last(ticks);
    const x = (i) => box.l + (i * (width - box.l - box.r)) / Math.max(1, n - 1);
    const y = (v) => height - box.b - (v / high) * (height - box.t - box.b);
    const svg = s("svg", { class: "fan", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("wave") });
    ticks.forEach((v) => {
      svg.appendChild(s("line", { class: "grid", x1: box.l, x2: width - box.r, y1: y(v), y2: y(v) }));
      svg.appendChild(s("text", { class: "tick", x: box.l - 5, y: y(v) + 4, "text-anchor": "end" }, num(v)));
    });
    if (demand) svg.appendChild(s("path", { class: "band", d: bandPath(p10, p90, x, y) }));
    svg.appendChild(s("line", { class: "cursor", x1: x(state.year), x2: x(state.year), y1: box.t - 4, y2: height - box.b }));
    svg.appendChild(s("path", { class: "line-seats", d: stepPath(seats, x, y) }));
    if (demand) svg.appendChild(s("path", { class: "line-demand", d: linePath(demand, x, y) }));
    opened.forEach((when) => {
      const i = model.years.indexOf(when);
      if (i < 0) return;
      const at = (x(i) + x(Math.max(0, i - 1))) / 2;
      svg.appendChild(s("path", { class: "opened", d: `M${at - 4} ${height - box.b}h8l-4 -7z` }));
    });
    if (demand && known(demand[state.year]))
      svg.appendChild(s("circle", { class: "dot-demand", cx: x(state.year), cy: y(demand[state.year]), r: 3.4 }));
    yearLabels(x, 32).forEach((i) =>
      svg.appendChild(
        s(
          "text",
          {
            class: "tick" + (i === state.year ? " now" : ""),
            x: clamp(x(i), box.l, width - 15),
            y: height - 5,
            "text-anchor": "middle",
          },
          model.years[i]
        )
      )
    );
    const key = h(
      "figcaption",
      null,
      demand && h("span", { class: "k-demand" }, t("demandCentral")),
      demand && h("span", { class: "k-band" }, t("band")),
      h("span", { class: "k-seats" }, t("Seats")),
      opened.length > 0 && h("span", { class: "k-opened" }, t("projects"))
    );
    return h("figure", null, svg, key);
  }

  /** Years to label so that no two labels meet and the chosen one is always there. */
  function yearLabels(x, room) {
    const kept = [state.year];
    const n = model.years.length;
    const least = room / Math.max(1, n > 1 ? x(1) - x(0) : room);
    const step = [1, 2, 5, 10, 20].find((years) => years >= least) || 50;
    const wanted = model.years.map((_, i) => i).filter((i) => model.years[i] % step === 0);
    wanted.forEach((i) => {
      if (kept.every((other) => Math.abs(x(other) - x(i)) >= room)) kept.push(i);
    });
    return kept.sort((a, b) => a - b);
  }

  /** Children -> born, expected -> those who attend -> seats, as bars on one scale. */
  function waterfall(place) {
    const p = panel();
    const at = state.year;
    const children = p.children[place][at];
    const born = p.children_born[place][at];
    const demand = p.demand[place][at];
    const seats = p.seats[place][at];
    if (!known(children) || !known(demand)) return null;
    const bars = [{ label: t("howChildren", { a: agesText() }), from: 0, to: children, kind: "plain" }];
    if (known(born)) {
      bars.push({ label: t("howBorn", { d: model.population_date }), from: 0, to: born, kind: "light" });
      if (children - born >= 0.5) bars.push({ label: t("howLater"), from: born, to: children, kind: "light hatched", sign: "+" });
    }
    const leaving = p.leaving.length ? p.leaving[place][at] : 0;
    const coming = p.coming.length ? p.coming[place][at] : 0;
    const attend = demand + leaving - coming;
    const moves = leaving >= 0.5 || coming >= 0.5;
    if (children - attend >= 0.5) bars.push({ label: t("howStay"), from: attend, to: children, kind: "minus", sign: "−" });
    const share = { p: percent(children ? attend / children : null) };
    if (moves) {
      bars.push({ label: t("howResident", share), from: 0, to: attend, kind: "plain" });
      if (leaving >= 0.5) bars.push({ label: t("howLeaving"), from: attend - leaving, to: attend, kind: "minus", sign: "−" });
      if (coming >= 0.5) bars.push({ label: t("howComing"), from: attend - leaving, to: demand, kind: "light", sign: "+" });
    }
    bars.push({ label: moves ? t("howNeeded") : t("howAttend", share), from: 0, to: demand, kind: "demand", strong: true });
    if (known(seats)) {
      bars.push({ label: t("howSeats"), from: 0, to: seats, kind: "seats" });
      const short = demand > seats;
      bars.push({ label: t(short ? "howShort" : "howSpare"), from: Math.min(demand, seats), to: Math.max(demand, seats), kind: short ? "short" : "spare", strong: true });
    }
    const most = Math.max.apply(null, bars.map((bar) => bar.to).concat(1));
    const note = pick(stage().attendance_note);
    return [h("h3", null, t("how")), h("ol", { class: "fall" }, bars.map((bar) => fallRow(bar, most))), note && h("p", { class: "hint" }, note)];
  }

  function fallRow(bar, most) {
    const width = 252;
    const a = (bar.from / most) * width;
    const b = (bar.to / most) * width;
    return h(
      "li",
      { class: bar.strong ? "strong" : null },
      h("span", null, bar.label),
      h("b", null, (bar.sign || "") + num(bar.to - bar.from)),
      s(
        "svg",
        { viewBox: `0 0 ${width} 7`, preserveAspectRatio: "none", "aria-hidden": "true" },
        s("rect", { class: "bar-ground", width: width, height: 7 }),
        s("rect", { class: "bar " + bar.kind, x: a.toFixed(1), width: Math.max(1, b - a).toFixed(1), height: 7 })
      )
    );
  }

  /** Enrolment as counted at the schools here, beside the demand of those who live here. */
  function observedBlock(areaId, place) {
    const byYear = new Map();
    let shared = false;
    schoolsIn(areaId).forEach((school) => {
      const section = sectionOf(school);
      if (!known(section.enrolment)) return;
      shared = shared || section.catchments.length > 1;
      const when = section.enrolment_year || "–";
      byYear.set(when, (byYear.get(when) || 0) + section.enrolment);
    });
    if (!byYear.size) return null;
    const rows = Array.from(byYear.keys()).map((when) => {
      const at = model.years.indexOf(when);
      const key = at < 0 ? "observedOnly" : "observedRow";
      const text = t(key, { y: when, n: num(byYear.get(when)), m: at < 0 ? "" : num(panel().demand[place][at]) });
      return h("p", null, text);
    });
    return [h("h3", null, t("observed")), rows, h("p", { class: "hint" }, t("observedNote") + (shared ? " (" + t("shared") + ")" : ""))];
  }

  function linkButton(name, target) {
    return h("button", { type: "button", class: "link", on: { click: () => choose(target, target.kind === "catchment") } }, name);
  }

  function schoolTable(areaId) {
    const schools = schoolsIn(areaId);
    if (!schools.length) return [h("h3", null, t("schoolsHere", { n: 0 })), h("p", null, t("noSchools"))];
    const counted = schools.some((school) => known(sectionOf(school).enrolment));
    const rows = schools
      .map((school) => ({ school: school, section: sectionOf(school) }))
      .sort((a, b) => (b.section.seats[state.year] || 0) - (a.section.seats[state.year] || 0))
      .map((item) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, linkButton(item.school.name, { kind: "school", id: item.school.id })),
          h("td", null, num(item.section.seats[state.year])),
          counted && h("td", null, num(item.section.enrolment))
        )
      );
    return [
      h("h3", null, t("schoolsHere", { n: schools.length })),
      h(
        "table",
        { class: "schools" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, t("school")), h("th", { scope: "col" }, t("Seats")), counted && h("th", { scope: "col" }, t("enrolled")))),
        h("tbody", null, rows)
      ),
    ];
  }

  function projectLine(project) {
    const parts = [TEXT["kind_" + project.kind] ? t("kind_" + project.kind) : project.kind, project.opening || t("noDate")];
    if (pick(project.status)) parts.push(pick(project.status));
    if (known(project.seats)) parts.push(t("seatsUnit", { n: num(project.seats) }));
    parts.push(t(project.counted ? "counted" : "notCounted"));
    return h(
      "li",
      { class: project.counted ? null : "not-counted" },
      h("b", null, project.name),
      h("span", null, parts.join(" · ")),
      project.note && h("span", { class: "hint" }, project.note)
    );
  }

  function projectBlock(projects) {
    if (!projects.length) return null;
    return [h("h3", null, t("projects")), h("ul", { class: "projects" }, projects.map(projectLine))];
  }

  /** When a proposal is needed. For a review the chance of a shortage would say nothing. */
  function actionYears(action) {
    if (action.kind === "review") return yearsText(action.first_year, action.last_year);
    const years = t("proposalYears", { a: action.first_year, b: action.last_year, p: action.peak_year });
    return years + " · " + t("rankChance", { p: chance(action.probability) });
  }

  /** When it opens and what it costs. */
  function actionUse(action) {
    if (!known(action.opens) || action.kind === "unsolved") return "";
    const parts = [known(action.until) ? t("proposalUntil", { a: action.opens, b: action.until }) : t("proposalOpens", { a: action.opens })];
    const money = (value) => num(Math.round(value)) + (state.lang === "zh" ? "" : " × ") + pick(model.currency);
    if (action.capital >= 0.5) parts.push(t("proposalCost", { n: money(action.capital) }));
    if (action.yearly >= 0.5) parts.push(t("proposalYearly", { n: money(action.yearly) }));
    return parts.join(" · ");
  }

  /** The seats of each year, where their number changes. */
  function actionSteps(action) {
    if (new Set(action.seats_by_year.filter((n) => n > 0)).size < 2) return null;
    return [h("h4", null, t("proposalSeatsByYear")), fanChart(null, null, null, action.seats_by_year, [])];
  }

  function actionBlock(action) {
    const school = index.school.get(action.school);
    const place = action.receiver ? placeOf(action.receiver) : undefined;
    const size = [];
    if (known(action.classes) && action.classes > 0) size.push(t("proposalClasses", { n: num(action.classes) }));
    if (known(action.seats)) size.push(t("proposalSize", { n: num(action.seats) }));
    return h(
      "section",
      { class: "proposal" },
      h("h3", null, t("proposal")),
      h("p", null, chip(action), h("b", null, " " + size.join(" · "))),
      h("p", { class: "when" }, actionUse(action)),
      h("p", { class: "when" }, actionYears(action)),
      school && h("p", null, t("school") + colon(), linkButton(school.name, { kind: "school", id: school.id })),
      place !== undefined &&
        h("p", null, t("receiver") + colon(), linkButton(coverage().catchments[place].name, { kind: "catchment", id: action.receiver })),
      h("p", null, pick(action.reason)),
      actionSteps(action),
      action.kind === "review" && h("p", { class: "hint" }, t("reviewNote")),
      action.alternatives.length > 0 && [h("h4", null, t("beat")), h("ul", null, action.alternatives.map((text) => h("li", null, pick(text))))]
    );
  }

  function schoolCard(school) {
    const section = sectionOf(school);
    const rows = [school.operator && [t("operator"), school.operator]];
    rows.push([t("seatsIn", { y: year() }), num(section.seats[state.year]), t("uSeats"), "strong"]);
    if (known(section.enrolment)) rows.push([t("enrolment", { y: section.enrolment_year || "–" }), num(section.enrolment), t("uChildren")]);
    if (known(section.classrooms)) rows.push([t("classrooms"), num(section.classrooms, 1)]);
    const served = section.catchments.filter((id) => placeOf(id) !== undefined);
    const projects = model.projects.filter((project) => project.school === school.id && project.stage === stage().id);
    const proposals = currentActions().filter((action) => action.school === school.id);
    return [
      cardHead(t("school") + " · " + pick(stage().label), school.name),
      table(rows),
      served.length > 0 && [
        h("h3", null, t("serves")),
        h("ul", { class: "projects" }, served.map((id) => h("li", null, linkButton(coverage().catchments[placeOf(id)].name, { kind: "catchment", id: id })))),
      ],
      h("h3", null, t("Seats")),
      fanChart(null, null, null, section.seats, projects.filter((p) => p.counted && p.opening).map((p) => parseInt(p.opening, 10))),
      proposals.map(actionBlock),
      projectBlock(projects),
    ];
  }

  function closeCard() {
    const id = state.picked ? state.picked.id : null;
    update({ picked: null, tab: "list" });
    const row = Array.from(document.querySelectorAll("#list .row")).find((node) => node.dataset.catchment === id);
    if (row) row.focus({ preventScroll: false });
  }

  /** Open the card of a catchment or school; `near` also moves the map there. */
  function choose(target, near) {
    if (target.kind === "school" && !sectionOf(index.school.get(target.id))) {
      const first = index.school.get(target.id).sections[0];
      update({ stage: Math.max(0, model.stages.findIndex((item) => item.id === first.stage)) });
    }
    if (target.kind === "catchment" && placeOf(target.id) === undefined) return;
    update({ picked: target, tab: "card" });
    if (near && target.kind === "catchment") fitArea(placeOf(target.id));
    if (near && target.kind === "school") {
      const school = index.school.get(target.id);
      const zoom = Math.max(map.getZoom(), map.getBoundsZoom(allBounds()) + 1.5);
      map.setView([school.lat, school.lon], zoom, { animate: !reducedMotion() });
    }
    const box = byId("card");
    box.focus({ preventScroll: true });
  }

  /* ---------- bottom: the wave, which is the slider ---------- */

  function waveBox() {
    const size = byId("strip").getBoundingClientRect();
    const slim = size.width < 700;
    return { w: size.width, h: 128, l: slim ? 54 : 84, r: slim ? 66 : 78, t: 22, b: 49, slim: slim };
  }

  function paintWave() {
    const box = waveBox();
    const totals = panel().totals;
    const n = model.years.length;
    const plot = box.w - box.l - box.r;
    const x = (i) => box.l + (i * plot) / Math.max(1, n - 1);
    const values = totals.p10.concat(totals.p90, totals.seats, totals.demand).filter(known);
    const low = Math.min.apply(null, values.concat(Infinity));
    const high = Math.max.apply(null, values.concat(low + 1));
    const pad = (high - low) * 0.03 || 1;
    const y = (v) => box.h - box.b - ((v - low + pad) / (high - low + 2 * pad)) * (box.h - box.t - box.b);
    const svg = s("svg", { width: box.w, height: box.h, "aria-hidden": "true" });
    const ticks = niceTicks(low, high, 4).slice(0, 4);
    ticks.forEach((v) => {
      svg.appendChild(s("line", { class: "grid", x1: box.l, x2: box.w - box.r, y1: y(v), y2: y(v) }));
      svg.appendChild(s("text", { class: "tick", x: box.l - 8, y: y(v) + 4, "text-anchor": "end" }, num(v)));
    });
    svg.appendChild(s("path", { class: "band", d: bandPath(totals.p10, totals.p90, x, y) }));
    const born = bornMark(totals, x, box);
    append(svg, born.slice(0, 1));
    svg.appendChild(s("path", { class: "line-seats", d: stepPath(totals.seats, x, y) }));
    svg.appendChild(s("path", { class: "line-demand", d: linePath(totals.demand, x, y) }));
    endLabels(svg, totals, x(n - 1) + 11, y, box);
    handle(svg, totals, x, y, box);
    append(svg, born.slice(1));
    yearLabels(x, box.slim ? 36 : 38).forEach((i) =>
      svg.appendChild(
        s("text", { class: "tick" + (i === state.year ? " now" : ""), x: x(i), y: box.h - 6, "text-anchor": "middle" }, model.years[i])
      )
    );
    fill(byId("wave"), svg);
    const range = byId("year");
    range.style.left = box.l - 9 + "px";
    range.style.width = plot + 18 + "px";
    drawn.waveX = x;
  }

  /** Names at the right end of the two lines, pushed apart if the lines end together. */
  function endLabels(svg, totals, x, y, box) {
    const a = y(last(totals.demand));
    const b = y(last(totals.seats));
    const middle = (a + b) / 2;
    const apart = Math.abs(a - b) >= 14;
    const up = a <= b ? -7 : 7;
    const ya = clamp(apart ? a : middle + up, box.t + 4, box.h - box.b);
    const yb = clamp(apart ? b : middle - up, box.t + 4, box.h - box.b);
    // the lane of words below the lines stays free
    const lift = Math.max(0, Math.max(ya, yb) - (box.h - box.b - 5));
    svg.appendChild(s("text", { class: "end-demand", x: x, y: ya - lift + 4 }, t("demand")));
    svg.appendChild(s("text", { class: "end-seats", x: x, y: yb - lift + 4 }, t("seats")));
  }

  /** A dashed line where part of the children is a guess; its words have a lane of their own. */
  function bornMark(totals, x, box) {
    const at = totals.born_share.findIndex((share) => known(share) && share < 0.9995);
    if (at < 0) return [];
    const lane = box.h - box.b + 11;
    const fill = { y: model.years[at], d: model.population_date };
    const cursor = x(state.year);
    const places = [];
    [t("unborn", fill), t("unbornShort", fill)].forEach((words) => {
      const wide = textWidth(words, "12px");
      [true, false].forEach((right) => {
        const from = right ? x(at) + 5 : x(at) - 5 - wide;
        const crossed = from - 4 < cursor && cursor < from + wide + 4;
        if (from >= box.l - 4 && from + wide <= box.w - 6) places.push({ words: words, right: right, crossed: crossed });
      });
    });
    // the words keep clear of the year handle wherever there is a place that does
    const clear = places.find((item) => !item.crossed);
    const place = clear || places[places.length - 1];
    if (!place) return [];
    const { words, right } = place;
    // else they step over it, if they end within the strip
    const over = cursor + 8;
    const stepped = !clear && over + textWidth(words, "12px") <= box.w - 6;
    const from = stepped ? over : x(at) + (right ? 5 : -5);
    return [
      s("line", { class: "unborn", x1: x(at), x2: x(at), y1: box.t, y2: lane + 2 }),
      s("text", { class: "unborn-text", x: from, y: lane, "text-anchor": right || stepped ? "start" : "end" }, words),
    ];
  }

  function handle(svg, totals, x, y, box) {
    const at = state.year;
    const cx = x(at);
    const figures = [
      t("handleDemand", { n: num(totals.demand[at]) }),
      t("handleSeats", { n: num(totals.seats[at]) }),
      t("handleShort", { n: num(totals.short[at]) }),
    ];
    let parts = [String(year())].concat(figures);
    const wide = (words) => textWidth(words.join(" 00"), "600 12px");
    if (wide(parts) > box.w - 20) parts = parts.slice(0, 3);
    const width = wide(parts);
    // stay inside the strip: beside the handle where there is room, else pushed back
    const after = cx + 8 + width <= box.w - 6;
    const before = !after && cx - 8 - width >= 6;
    const left = after ? cx + 8 : before ? cx - 8 : clamp(cx - width / 2, 6, box.w - 6 - width);
    const top = after || before ? 4 : box.t - 4;
    svg.appendChild(s("line", { class: "handle-line", x1: cx, x2: cx, y1: top, y2: box.h - box.b + 18 }));
    const text = s("text", { class: "handle-text", x: left, y: 15, "text-anchor": before ? "end" : "start" });
    parts.forEach((part, i) => text.appendChild(s("tspan", { dx: i ? 10 : 0, class: i === 3 ? "short" : null }, part)));
    svg.appendChild(text);
    if (known(totals.demand[at])) svg.appendChild(s("circle", { class: "handle", cx: cx, cy: y(totals.demand[at]), r: 6 }));
  }

  function setUpWave() {
    const range = byId("year");
    range.min = 0;
    range.max = model.years.length - 1;
    range.addEventListener("input", () => {
      stop();
      update({ year: Number(range.value) });
    });
    const strip = byId("wave");
    const drag = (event) => {
      const x = event.clientX - strip.getBoundingClientRect().left;
      let best = 0;
      model.years.forEach((_, i) => {
        if (Math.abs(drawn.waveX(i) - x) < Math.abs(drawn.waveX(best) - x)) best = i;
      });
      if (best !== state.year) update({ year: best });
    };
    strip.addEventListener("pointerdown", (event) => {
      stop();
      strip.setPointerCapture(event.pointerId);
      drag(event);
      range.focus({ preventScroll: true });
      event.preventDefault();
    });
    strip.addEventListener("pointermove", (event) => {
      if (strip.hasPointerCapture(event.pointerId)) drag(event);
    });
    byId("play").addEventListener("click", () => (state.playing ? stop() : play()));
  }

  /** Step through the years. With reduced motion each press goes on by one year only. */
  function play() {
    const next = () => (state.year + 1) % model.years.length;
    if (reducedMotion()) {
      update({ year: next() });
      return;
    }
    if (state.year === model.years.length - 1) update({ year: 0 });
    state.playing = window.setInterval(() => {
      update({ year: next() });
      if (state.year === model.years.length - 1) stop();
    }, STEP_MS);
    paintPlay();
  }

  function stop() {
    window.clearInterval(state.playing);
    state.playing = 0;
    paintPlay();
  }

  function paintPlay() {
    const button = byId("play");
    const d = state.playing ? "M3 2h4v12h-4zM9 2h4v12h-4z" : "M4 2L14 8L4 14Z";
    fill(button, s("svg", { width: 16, height: 16, "aria-hidden": "true" }, s("path", { d: d })));
    button.setAttribute("aria-label", t(state.playing ? "pause" : "play"));
    button.title = t(state.playing ? "pause" : "play");
  }

  /* ---------- header, notes, footer ---------- */

  /** More choices than this do not fit beside each other in the head of an office screen: they become a list. */
  const MOST_SEGMENTS = 3;

  function choices(box, name, items, current, act) {
    const list = h("select", { name: name }, items.map((item) => h("option", { value: item.id, title: item.note ? pick(item.note) : null }, pick(item.label))));
    list.selectedIndex = current;
    list.setAttribute("aria-label", box.querySelector("legend").textContent);
    list.addEventListener("change", () => act(list.selectedIndex));
    box.appendChild(list);
    box.hidden = false;
  }

  function segments(boxId, name, items, current, act) {
    const box = byId(boxId);
    box.querySelectorAll("label, select").forEach((node) => node.remove());
    if (items.length > MOST_SEGMENTS) return choices(box, name, items, current, act);
    items.forEach((item, i) => {
      const input = h("input", { type: "radio", name: name, value: item.id });
      input.checked = i === current;
      input.addEventListener("change", () => act(i));
      const label = h("label", null, input, h("span", null, pick(item.label)));
      if (item.note) label.title = pick(item.note);
      box.appendChild(label);
    });
    box.hidden = items.length < 2;
  }

  function paintHead() {
    const key = [state.lang, state.stage, state.scenario].join();
    if (fresh.head === key) return;
    const rebuilt = fresh.head === undefined || fresh.head.split(",")[0] !== state.lang;
    fresh.head = key;
    byId("title").textContent = pick(model.title);
    byId("title").title = pick(model.title);
    byId("badge").hidden = !model.synthetic;
    byId("badge").textContent = t("synthetic");
    if (rebuilt) {
      segments("stage-switch", "stage", model.stages, state.stage, (i) => update({ stage: i }));
      segments("scenario-switch", "scenario", model.scenarios, state.scenario, (i) => update({ scenario: i }));
      paintViews();
    } else {
      document.querySelectorAll("input[name=stage]").forEach((input, i) => (input.checked = i === state.stage));
      document.querySelectorAll("input[name=scenario]").forEach((input, i) => (input.checked = i === state.scenario));
      document.querySelectorAll("select[name=stage]").forEach((list) => (list.selectedIndex = state.stage));
      document.querySelectorAll("select[name=scenario]").forEach((list) => (list.selectedIndex = state.scenario));
    }
    paintNotes();
  }

  /** What the numbers of this stage and scenario rest on, in sight above the map. */
  function paintNotes() {
    const notes = stage().notes.map(pick);
    const note = pick(scenario().note);
    if (note && model.scenarios.length > 1) notes.push(pick(scenario().label) + colon() + note);
    const box = byId("note-line");
    box.hidden = !notes.length;
    fill(
      box,
      h("p", null, notes.map((text, i) => [i > 0 && h("i", null, " · "), text])),
      h("button", { type: "button", class: "link", on: { click: () => openPage("about") } }, t("more"))
    );
    box.title = notes.join("\n");
  }

  function paintFoot() {
    if (fresh.foot === state.lang) return;
    fresh.foot = state.lang;
    const names = [];
    model.sources.forEach((source) => {
      const text = source.publisher + (source.licence ? " (" + source.licence + ")" : "");
      if (names.indexOf(text) < 0) names.push(text);
    });
    const parts = [];
    if (names.length) parts.push(t("sources") + colon() + names.join(state.lang === "zh" ? "；" : "; "));
    parts.push(t("crs", { c: model.crs }));
    if (pick(model.classification)) parts.push(pick(model.classification));
    byId("credits").textContent = parts.join(" · ");
    byId("credits").title = parts.join("\n");
    byId("review-no").textContent = model.map_review_no ? t("reviewNo", { n: model.map_review_no }) : "";
    byId("review-no").hidden = !model.map_review_no;
  }

  /** Texts of the fixed frame, in the reader's language. */
  function paintFrame() {
    if (fresh.frame === state.lang) return;
    fresh.frame = state.lang;
    document.documentElement.lang = t("locale");
    document.title = pick(model.title);
    document.querySelectorAll("[data-t]").forEach((node) => (node.textContent = t(node.dataset.t)));
    document.querySelectorAll("[data-t-label]").forEach((node) => node.setAttribute("aria-label", t(node.dataset.tLabel)));
    document.querySelectorAll("[data-t-placeholder]").forEach((node) => (node.placeholder = t(node.dataset.tPlaceholder)));
    const other = byId("language-button");
    other.textContent = t("other");
    other.lang = state.lang === "en" ? "zh-CN" : "en";
    byId("north-word").textContent = t("north");
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", t("map"));
    [["zoom-in", "zoomIn"], ["zoom-out", "zoomOut"], ["zoom-home", "home"]].forEach((pair) => {
      byId(pair[0]).setAttribute("aria-label", t(pair[1]));
      byId(pair[0]).title = t(pair[1]);
    });
    paintPlay();
  }

  function paintPrintLine() {
    byId("print-run").textContent = runText();
    byId("print-line").textContent = [pick(stage().label), year(), t("scenario") + colon() + pick(scenario().label)].join(" · ");
  }

  function paintTabs() {
    if (state.tab === "card" && !state.picked) state.tab = "list";
    document.body.dataset.tab = state.tab;
    document.querySelectorAll("#tabs button").forEach((node) => {
      node.setAttribute("aria-pressed", node.dataset.tab === state.tab ? "true" : "false");
      node.disabled = node.dataset.tab === "card" && !state.picked;
    });
  }

  /* ---------- about the numbers ---------- */

  function gridTable(heads, rows) {
    return h(
      "div",
      { class: "wide" },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: isNumber(rows[0][i]) ? "n" : null }, head)))),
        h("tbody", null, rows.map((row) => h("tr", null, row.map((cell) => h("td", { class: isNumber(cell) ? "n" : null }, isNumber(cell) ? smallNumber(cell) : cell)))))
      )
    );
  }

  const isNumber = (cell) => typeof cell === "number";

  /** A number of the audit: rounding errors are shown as what they are. */
  function smallNumber(value) {
    return value !== 0 && Math.abs(value) < 1e-6 ? value.toExponential(1) : num(value, 6);
  }

  function auditTable() {
    return gridTable(
      [t("check"), t("left"), t("right"), t("difference"), t("holds")],
      model.audit.map((line) => [
        h("span", null, h("b", null, pick(line.name)), h("span", { class: "hint" }, pick(line.detail))),
        line.left,
        line.right,
        line.difference,
        h("b", { class: line.holds ? "good" : "bad" }, t(line.holds ? "yes" : "no")),
      ])
    );
  }

  function sourceTable() {
    if (!model.sources.length) return null;
    return gridTable(
      [t("title"), t("publisher"), t("date"), t("licence"), t("usedFor")],
      model.sources.map((source) => [
        // an address is shown, not linked: this file leads nowhere
        h("span", null, h("b", null, source.title), h("span", { class: "hint" }, source.url)),
        source.publisher,
        source.date,
        source.licence,
        pick(source.used_for),
      ])
    );
  }

  function runText() {
    return t("aboutRunText", {
      v: model.version,
      d: model.population_date,
      b: model.base_year,
      n: num(model.draws),
      s: model.seed,
      c: model.crs,
    });
  }

  const list = (items) => h("ul", null, items.filter(Boolean).map((text) => h("li", null, text)));
  const block = (key, body) => body && [h("h3", null, t(key)), body];

  function aboutBody() {
    const stages = [].concat.apply(
      [],
      model.stages.map((item) => {
        const rate = t("attendance") + " " + num(item.attendance * 100, 1) + (state.lang === "en" ? " %" : "%");
        const notes = item.notes.map(pick).concat(rate + colon() + pick(item.attendance_note));
        return notes.filter(Boolean).map((note) => pick(item.label) + colon() + note);
      })
    );
    return [
      block("aboutRun", h("p", null, runText())),
      model.decision.text.length > 0 && block("decidedHow", list(model.decision.text.map(pick))),
      block("aboutNotes", list(model.notes.map(pick).concat(t("sumNote")))),
      block("aboutStages", stages.length > 0 && list(stages)),
      block("aboutScenarios", list(model.scenarios.map((item) => pick(item.label) + (pick(item.note) ? colon() + pick(item.note) : "")))),
      block("aboutAudit", model.audit.length > 0 && auditTable()),
      block("projects", model.projects.length > 0 && h("ul", { class: "projects" }, model.projects.map(projectLine))),
      block("aboutSources", sourceTable()),
      h("p", { class: "hint" }, t("aboutVendor")),
      h("p", null, pick(model.classification))
    ];
  }

  /* ---------- where the children come from ---------- */

  /** A table of texts: the first `words` columns hold words, the others figures. */
  function figuresTable(heads, words, rows) {
    const side = (i) => (i < words ? null : "n");
    const cells = (row) => row.map((cell, i) => h(i ? "td" : "th", { class: side(i), scope: i ? null : "row" }, cell));
    return h(
      "div",
      { class: "wide whole-words" },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: side(i) }, head)))),
        h("tbody", null, rows.map((row) => h("tr", null, cells(row))))
      )
    );
  }

  /** Per cent of the model, which are already hundredths. */
  function hundredths(value, signed) {
    if (!known(value)) return "–";
    const size = Math.abs(value).toFixed(1);
    const sign = Number(size) === 0 || value > 0 ? (signed && Number(size) ? "+" : "") : "−";
    return sign + size + (state.lang === "en" ? " %" : "%");
  }

  const labelOf = (items, id) => pick((items.find((item) => item.id === id) || {}).label) || id;

  const MOST_PEAKS = 12;

  function peakTable() {
    const names = [t("stage"), t("popWhere")].concat(model.scenarios.length > 1 ? t("scenario") : []);
    const figures = [t("popBase", { y: model.base_year }), t("popPeakYear"), t("popPeak"), t("popLast", { y: last(model.years) }), t("popChange")];
    const rows = model.population.peaks.map((peak) => {
      const words = [labelOf(model.stages, peak.stage), pick(peak.where), labelOf(model.scenarios, peak.scenario)].slice(0, names.length);
      const turn = h("span", { class: "turn" }, (TURNS[peak.direction] || "") + " " + t(peak.direction));
      return [
        // a phone has no room for four columns of words
        ...(narrow() ? [h("span", null, h("b", null, words[0]), h("span", { class: "hint" }, words.slice(1).join(" · ")), turn)] : [...words, turn]),
        num(peak.base),
        String(peak.peak_year),
        num(peak.peak),
        num(peak.last),
        hundredths(peak.change, true),
      ];
    });
    const heads = (narrow() ? [t("stage")] : [...names, t("popTurn")]).concat(figures);
    const words = heads.length - figures.length;
    // a long list would hide the method: the first scenario is shown, the others are folded
    const shown = rows.length > MOST_PEAKS ? model.population.peaks.filter((peak) => peak.scenario === model.scenarios[0].id).length : rows.length;
    const others = rows.slice(shown);
    return [
      figuresTable(heads, words, rows.slice(0, shown)),
      h("p", { class: "hint" }, t("popPeaksNote")),
      others.length > 0 && h("details", null, h("summary", null, t("popOthers")), figuresTable(heads, words, others)),
    ];
  }

  /** Births of every scenario over the cohorts, from zero; the first scenario on top. */
  function birthsChart() {
    const lines = model.population.births;
    if (!lines.length) return h("p", null, t("popNoBirths"));
    const width = narrow() ? 320 : 760;
    const height = 220;
    const box = { l: 52, r: 14, t: 22, b: 36 };
    const years = [].concat.apply([], lines.map((line) => line.years));
    const first = Math.min.apply(null, years);
    const final = Math.max.apply(null, years);
    const top = Math.max.apply(null, [].concat.apply([], lines.map((line) => line.births)).concat(1));
    const inner = niceTicks(0, top, 4);
    const ticks = last(inner) < top ? inner.concat(last(inner) + (inner[1] || top)) : inner;
    const x = (when) => box.l + ((when - first) * (width - box.l - box.r)) / Math.max(1, final - first);
    const y = (v) => height - box.b - (v / last(ticks)) * (height - box.t - box.b);
    const svg = s("svg", { class: "births", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("popBirths") });
    ticks.forEach((v) => {
      svg.appendChild(s("line", { class: "grid", x1: box.l, x2: width - box.r, y1: y(v), y2: y(v) }));
      svg.appendChild(s("text", { class: "tick", x: box.l - 6, y: y(v) + 4, "text-anchor": "end" }, num(v)));
    });
    const step = [1, 2, 5, 10, 20].find((n) => ((width - box.l - box.r) * n) / Math.max(1, final - first) >= 34) || 50;
    for (let when = Math.ceil(first / step) * step; when <= final; when += step)
      svg.appendChild(s("text", { class: "tick", x: x(when), y: height - box.b + 16, "text-anchor": "middle" }, when));
    svg.appendChild(s("text", { class: "tick", x: 2, y: 11 }, t("popBirthsAxis")));
    svg.appendChild(s("text", { class: "tick", x: width - box.r, y: height - 4, "text-anchor": "end" }, t("popCohort")));
    const look = (i) => "births-line b" + (i % 4);
    lines
      .map((line, i) => s("path", { class: look(i), d: line.years.map((when, k) => (k ? "L" : "M") + x(when).toFixed(1) + " " + y(line.births[k]).toFixed(1)).join("") }))
      .reverse()
      .forEach((path) => svg.appendChild(path));
    const keys = lines.map((line, i) =>
      h(
        "span",
        { class: "births-key" },
        s("svg", { width: 34, height: 10, "aria-hidden": "true" }, s("path", { class: look(i), d: "M1 5H33" })),
        labelOf(model.scenarios, line.scenario) + (line.births.length ? colon() + line.years[0] + " " + num(line.births[0]) + " → " + last(line.years) + " " + num(last(line.births)) : "")
      )
    );
    return h("figure", null, svg, h("figcaption", { class: "births-keys" }, keys));
  }

  /** Stage by horizon: our error beside that of the plain methods, then our bias, tail and coverage. */
  function accuracyTable() {
    const found = model.population.accuracy;
    const cells = new Map();
    const others = [];
    found.forEach((row) => {
      const key = row.stage + "\n" + row.horizon;
      if (!cells.has(key)) cells.set(key, { ours: null, plain: {} });
      if (row.ours) cells.get(key).ours = row;
      else cells.get(key).plain[pick(row.method)] = row.mape;
      if (!row.ours && others.indexOf(pick(row.method)) < 0) others.push(pick(row.method));
    });
    const tested = Array.from(cells.values()).filter((cell) => cell.ours);
    if (!tested.length) return null;
    const rows = tested.map((cell) => {
      const ours = cell.ours;
      const best = others.every((name) => !known(cell.plain[name]) || ours.mape <= cell.plain[name]);
      return [
        labelOf(model.stages, ours.stage),
        num(ours.horizon),
        num(ours.forecasts),
        h("b", null, hundredths(ours.mape)),
        ...others.map((name) => hundredths(cell.plain[name])),
        hundredths(ours.malpe, true),
        hundredths(ours.p90),
        hundredths(ours.coverage),
        (best ? "✓ " : "✗ ") + t(best ? "yes" : "no"),
      ];
    });
    const heads = [t("stage"), t("popAhead"), t("popTested"), t("popOurs")].concat(others, t("popBias"), t("popMost"), t("popWithin"), t("popBest"));
    return [figuresTable(heads, 1, rows), h("p", { class: "hint" }, t("popErrorsNote", { m: pick(tested[0].ours.method) }))];
  }

  function populationBody() {
    const people = model.population;
    const passed = people.passed_over.map((item) => [item.method + " " + pick(item.name), pick(item.reason)]);
    return [
      block("popPeaks", people.peaks.length > 0 && peakTable()),
      block("popMethod", h("p", null, h("b", null, t("popCode", { m: people.method }) + colon() + pick(people.name)), " – " + pick(people.reason))),
      block("popPassed", passed.length > 0 && figuresTable([t("popBetter"), t("popLacks")], 2, passed)),
      block("popFacts", people.facts.length > 0 && list(people.facts.map(pick))),
      block("popBirths", birthsChart()),
      block("popErrors", [h("p", null, pick(people.accuracy_note)), accuracyTable()]),
    ];
  }

  /* ---------- warnings, classes, supply and indicators, as a bureau prints them ---------- */

  const FACT_GROUPS = ["warnings", "proposals", "classes", "supply", "reach", "indicators"];
  const FACT_WORDS = new Set(["text", "long", "code", "level"]);
  const factSide = (kind) => (FACT_WORDS.has(kind) ? (kind === "long" ? "long" : null) : "n");
  const LEVEL_SIGNS = { surplus: "◇ ", ok: "● ", watch: "▲ ", red: "■ " };
  const MOST_FACTS = 25;

  function factText(cell, kind) {
    if (cell === null || cell === "") return "–";
    if (kind === "level") return h("span", { class: "level " + cell }, (LEVEL_SIGNS[cell] || "") + t(LEVEL_KEYS[cell] || cell));
    if (typeof cell === "object") return pick(cell);
    if (typeof cell === "string") return cell;
    if (kind === "share") return percent(cell);
    if (kind === "chance") return chance(cell);
    if (kind === "percent") return hundredths(cell);
    if (kind === "decimal") return num(cell, 2);
    return kind === "year" ? String(cell) : num(cell);
  }

  const LEVEL_KEYS = { surplus: "surplus", ok: "warnNone", watch: "warnYellow", red: "warnRed" };

  function factRows(columns, rows) {
    const side = (i) => factSide(columns[i].kind);
    const cell = (row) => row.map((value, i) => h(i ? "td" : "th", { class: side(i), scope: i ? null : "row" }, factText(value, columns[i].kind)));
    return h(
      "div",
      { class: "wide whole-words facts", tabindex: 0 },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, columns.map((head, i) => h("th", { scope: "col", class: side(i) }, pick(head.label))))),
        h("tbody", null, rows.map((row) => h("tr", null, cell(row))))
      )
    );
  }

  /** A long table is cut: what is below stands in the workbook too, and opens here. */
  function factTable(table) {
    const rest = table.rows.slice(MOST_FACTS);
    return [
      h("h4", null, pick(table.title)),
      table.notes.map((note) => h("p", { class: "hint" }, pick(note))),
      table.rows.length ? factRows(table.columns, table.rows.slice(0, MOST_FACTS)) : h("p", null, t("factsNone")),
      rest.length > 0 && h("details", null, h("summary", null, t("factsMore", { n: num(rest.length) })), factRows(table.columns, rest)),
    ];
  }

  function factsBody() {
    return FACT_GROUPS.map((group) => {
      const tables = model.tables.filter((table) => table.group === group);
      return tables.length > 0 && [h("h3", { id: "facts-" + group }, t("facts_" + group)), tables.map(factTable)];
    });
  }

  /* ---------- pages over the map ---------- */

  const PAGES = { about: aboutBody, population: populationBody, facts: factsBody };

  function openPage(name) {
    state.page = name;
    paintPage();
    writeHash();
  }

  function closePage() {
    const box = byId("about");
    if (box.close) box.close();
    else box.removeAttribute("open");
    leavePage();
  }

  /** Also after Escape, which the browser takes itself. */
  function leavePage() {
    if (!state.page) return;
    state.page = null;
    writeHash();
  }

  function paintPage() {
    const box = byId("about");
    if (!state.page) return;
    const key = [state.page, state.lang, narrow()].join();
    if (fresh.page !== key || !box.open) {
      fresh.page = key;
      const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
      fill(
        box,
        h(
          "header",
          null,
          h("h2", { id: "about-title" }, t(state.page)),
          h("button", { type: "button", id: "about-language", lang: state.lang === "en" ? "zh-CN" : "en", on: { click: turnLanguage } }, t("other")),
          h("button", { type: "button", id: "about-close", on: { click: closePage } }, t("close"))
        ),
        h("div", { class: "about-body", tabindex: 0 }, PAGES[state.page]())
      );
      box.classList.toggle("broad", state.page === "facts");
      if (focused) byId(focused).focus();
    }
    if (box.open) return;
    if (box.showModal) box.showModal();
    else box.setAttribute("open", "");
    byId("about-close").focus();
  }

  /* ---------- search ---------- */

  function findHits(words) {
    const wanted = words.trim().toLowerCase();
    if (!wanted) return [];
    const fits = (item) => item.name.toLowerCase().indexOf(wanted) >= 0 || item.id.toLowerCase().indexOf(wanted) >= 0;
    const areas = coverage()
      .catchments.filter(fits)
      .map((area) => ({ kind: "catchment", id: area.id, name: area.name, note: t("catchment") }));
    const stageNames = (school) =>
      school.sections
        .map((section) => model.stages.find((item) => item.id === section.stage))
        .filter(Boolean)
        .map((item) => pick(item.label))
        .join(", ");
    const schools = model.schools
      .filter((school) => school.sections.length && fits(school))
      .map((school) => ({ kind: "school", id: school.id, name: school.name, note: stageNames(school) }));
    return areas.concat(schools).slice(0, 12);
  }

  function setUpSearch() {
    const box = byId("search-box");
    const list = byId("search-list");
    let hits = [];
    let at = -1;
    const close = () => {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const take = (hit) => {
      close();
      box.value = hit.name;
      choose({ kind: hit.kind, id: hit.id }, true);
    };
    const mark = () => {
      Array.from(list.children).forEach((node, i) => node.setAttribute("aria-selected", i === at ? "true" : "false"));
      if (at >= 0) box.setAttribute("aria-activedescendant", "hit-" + at);
    };
    const open = () => {
      hits = findHits(box.value);
      at = hits.length ? 0 : -1;
      if (!box.value.trim()) return close();
      fill(
        list,
        hits.map((hit, i) =>
          h("li", { id: "hit-" + i, role: "option", on: { pointerdown: (event) => (event.preventDefault(), take(hit)) } }, h("span", null, hit.name), h("small", null, hit.note))
        ),
        !hits.length && h("li", { class: "none", role: "option", "aria-disabled": "true" }, t("noHit"))
      );
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      return mark();
    };
    box.addEventListener("input", open);
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && !list.hidden && hits[at]) take(hits[at]);
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && hits.length) {
        if (list.hidden) open();
        at = (at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
        mark();
        event.preventDefault();
      }
    });
  }

  /* ---------- print ---------- */

  /**
   * The page is laid out in millimetres before the browser prints, because a map
   * has to be fitted while its frame has the size that it will have on paper.
   */
  function beforePrint() {
    if (document.body.classList.contains("printing")) return;
    drawn.screen = { centre: map.getCenter(), zoom: map.getZoom() };
    document.body.classList.add("printing");
    map.invalidateSize({ animate: false });
    if (pickedArea() === null) fitAll(false);
    repaintAll();
  }

  function afterPrint() {
    if (!document.body.classList.contains("printing")) return;
    document.body.classList.remove("printing");
    map.invalidateSize({ animate: false });
    map.setView(drawn.screen.centre, drawn.screen.zoom, { animate: false });
    repaintAll();
  }

  /* ---------- state ---------- */

  function repaintAll() {
    paintMarks();
    paintWave();
    paintCard();
  }

  function paint() {
    paintFrame();
    paintHead();
    drawAreas();
    paintAreas();
    paintReach();
    paintMarks();
    paintTotals();
    paintList();
    paintCard();
    paintWave();
    paintFoot();
    paintPrintLine();
    paintTabs();
    paintPage();
    byId("year").value = state.year;
    byId("year").setAttribute("aria-valuetext", String(year()));
    document.querySelectorAll("input[name=view]").forEach((input) => (input.checked = input.value === view()));
  }

  function update(changes) {
    const before = coverage().id;
    Object.assign(state, changes);
    if (state.picked && !stillThere(state.picked)) state.picked = null;
    if (before !== coverage().id) drawn.pickedKey = null;
    paint();
    writeHash();
  }

  /** A school without this stage, or a catchment of another coverage, cannot stay open. */
  function stillThere(picked) {
    if (picked.kind === "catchment") return placeOf(picked.id) !== undefined;
    const school = index.school.get(picked.id);
    return Boolean(school && sectionOf(school));
  }

  function writeHash() {
    const parts = { s: stage().id, c: scenario().id, y: year(), v: state.view, l: state.lang };
    if (state.picked) parts[state.picked.kind === "school" ? "p" : "k"] = state.picked.id;
    if (state.page) parts.d = state.page;
    const text = Object.keys(parts)
      .map((key) => key + "=" + encodeURIComponent(parts[key]))
      .join("&");
    try {
      window.history.replaceState(null, "", "#" + text);
    } catch (error) {
      // a viewer may forbid it; the link to a view is a comfort, not a need
    }
  }

  function readHash() {
    const parts = {};
    window.location.hash
      .slice(1)
      .split("&")
      .forEach((piece) => {
        const cut = piece.indexOf("=");
        if (cut < 1) return;
        try {
          parts[piece.slice(0, cut)] = decodeURIComponent(piece.slice(cut + 1));
        } catch (error) {
          // a broken link opens the map as it is
        }
      });
    const place = (list, id) => Math.max(0, list.findIndex((item) => item.id === id));
    if (parts.s) state.stage = place(model.stages, parts.s);
    if (parts.c) state.scenario = place(model.scenarios, parts.c);
    const asked = model.years.indexOf(Number(parts.y));
    state.year = asked >= 0 ? asked : firstYear();
    if (["use", "gap", "chance", "reach"].indexOf(parts.v) >= 0) state.view = parts.v;
    if (parts.l === "zh" || parts.l === "en") state.lang = parts.l;
    if (parts.k) state.picked = { kind: "catchment", id: parts.k };
    if (parts.p) state.picked = { kind: "school", id: parts.p };
    if (state.picked && !stillThere(state.picked)) state.picked = null;
    if (state.picked) state.tab = "card";
    if (Object.keys(PAGES).indexOf(parts.d) >= 0) state.page = parts.d;
  }

  /** Start where the planner's question is: the year in which most seats are short. */
  function firstYear() {
    const short = panel().totals.short;
    const most = Math.max.apply(null, short.concat(0));
    const base = Math.max(0, model.years.indexOf(model.base_year));
    const coming = short.findIndex((value, i) => i >= base && value === Math.max.apply(null, short.slice(base)));
    return most > 0 && coming >= 0 ? coming : base;
  }

  const turnLanguage = () => update({ lang: state.lang === "en" ? "zh" : "en" });

  function setUpFrame() {
    byId("print-button").addEventListener("click", () => window.print());
    byId("language-button").addEventListener("click", turnLanguage);
    byId("about-button").addEventListener("click", () => openPage("about"));
    byId("population-button").addEventListener("click", () => openPage("population"));
    byId("facts-button").hidden = model.tables.length === 0;
    byId("facts-button").addEventListener("click", () => openPage("facts"));
    byId("about").addEventListener("close", leavePage);
    byId("about").addEventListener("click", (event) => {
      if (event.target === byId("about")) closePage();
    });
    document.querySelectorAll("#tabs button").forEach((node) =>
      node.addEventListener("click", () => update({ tab: node.dataset.tab }))
    );
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && state.picked && !byId("about").open && event.target !== byId("search-box")) closeCard();
    });
    window.addEventListener("beforeprint", beforePrint);
    window.addEventListener("afterprint", afterPrint);
    let waiting = 0;
    const later = () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(refit, 60);
    };
    window.addEventListener("resize", later);
    // the frame also changes when the note above it takes one line more
    if (window.ResizeObserver) new ResizeObserver(later).observe(byId("map-frame"));
  }

  /** The frame of the map has another size: fill it again, and draw the wave to its width. */
  function refit() {
    if (document.body.classList.contains("printing")) return;
    const before = map.getSize();
    map.invalidateSize({ animate: false });
    const after = map.getSize();
    if (drawn.home && (before.x !== after.x || before.y !== after.y)) fitAll(false);
    repaintAll();
  }

  /** Read-only window for tests: what is chosen and what is really on the screen. */
  function expose() {
    const shadeOf = (layer) => {
      const colour = layer.getElement().getAttribute("fill");
      const found = model.shades.findIndex((shade) => shade.colour.toLowerCase() === colour.toLowerCase());
      return found < 0 ? null : found;
    };
    const shown = {
      state: () => ({
        stage: stage().id,
        scenario: scenario().id,
        year: year(),
        view: view(),
        lang: state.lang,
        picked: state.picked ? Object.assign({}, state.picked) : null,
        zoom: map.getZoom(),
      }),
      shades: () => drawn.areas.map(shadeOf),
      reach: () => ({
        zones: drawn.zones ? drawn.zones.filter((layer) => layer.options.pane === "reach").length : 0,
        circles: drawn.zones ? drawn.zones.filter((layer) => layer.options.pane === "circles").length : 0,
      }),
      boxes: () => ({ flags: drawn.flags.map((box) => Object.assign({}, box)), marks: drawn.marks.map((box) => Object.assign({}, box)) }),
      pixel: (lat, lon) => {
        const at = map.latLngToContainerPoint([lat, lon]);
        const frame = map.getContainer().getBoundingClientRect();
        return { x: frame.left + at.x, y: frame.top + at.y };
      },
    };
    Object.defineProperty(window, "schoolmap", { value: Object.freeze(shown) });
  }

  // only a viewer that runs scripts sees the frame; any other sees the plain tables
  document.documentElement.classList.add("ready");

  /** Draw the plan in block `dataId` on a Leaflet map. */
  window.schoolmapStart = function (leafletMap, dataId) {
    map = leafletMap;
    model = JSON.parse(byId(dataId).textContent);
    index = makeIndex();
    state.lang = model.language === "zh" ? "zh" : "en";
    readHash();
    setUpMap();
    setUpWave();
    setUpSearch();
    setUpFrame();
    map.invalidateSize({ animate: false });
    expose();
    paint();
  };
})();
