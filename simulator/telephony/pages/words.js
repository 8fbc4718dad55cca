// All words of the page, and the language in force. The address chooses (?language=zh), else the browser.
const EN = {
  title: "Customers' telephones", aloud: "Read aloud", add: "Add a telephone", other: "中文",
  banner: "An emulator: nothing here reaches a real telephone. There is no sound; what is said is written.",
  noKey: "This page needs the whole link that the start of the demo prints.",
  gone: "The emulator does not answer. Is it running?", stale: "The emulator was started anew. Use the link that it printed.",
  many: "There are enough telephones.", remove: "Remove", removeThis: "Remove telephone {number}",
  lose: "Lose network", telephone: "Telephone {number}", parts: "Parts of telephone {number}",
  call: "Call", texts: "Texts", unread: "{n} unread",
  idle: "Not in a call", noNetwork: "No network", noNetworkCall: "No network: nobody hears you",
  ringing: "Calling {with} …", rings: "{with} calls you", menu: "Connected", line: "Waiting in line", hold: "On hold",
  record: "Speak after the tone", talking: "Talking to: {people}", ended: "Call ended", busy: "Busy",
  refused: "Not answered", music: "♪ Music plays", ringtone: "You hear it ring",
  captions: "What is said and heard", nothing: "Nothing has been said yet.",
  agent: "Agent", partner: "Colleague", supervisor: "Supervisor", somebody: "Somebody", you: "You", system: "Announcement",
  beep: "(tone)", digits: "(keys)", musicLine: "♪ (music)",
  to: "Number to call", name: "Your name, as it is shown", more: "Caller ID", withheld: "Withhold my number",
  stir: "How sure the network is of my number", stirNone: "Says nothing", dial: "Call", answer: "Answer", decline: "Decline",
  called: "When it is called", when: "It", "when-ring": "rings until you answer", "when-answer": "answers by itself after 3 s",
  "when-voicemail": "has voicemail that answers after 3 s", "when-busy": "is busy", "when-no-answer": "rings in vain",
  hangup: "Hang up", keypad: "Keypad", key: "Key {key}", star: "Star", hash: "Hash", sayLabel: "Say", say: "Say it",
  keys: "The keys 0–9, * and # of your keyboard work, too.",
  channel: "By", sms: "SMS", whatsapp: "WhatsApp", textTo: "To", write: "Text", send: "Send",
  thread: "Texts by {channel}", noTexts: "No texts yet.", files: "files: {n}", at: "{time}",
  file: "File", large: "Files may have 350 kB at most.",
  received: "Sent", delivered: "Received", read: "Read",
  training: "Scripted callers", trainingAbout: "They call the first number, choose in the menu, talk to whoever answers, and leave when their patience ends.",
  callIn: "Let {name} call", callers: "Their calls", nobody: "Nobody has called yet.", dismiss: "Send them home",
  on: "on the line", over: "over", start: "Call",
  "in use": "The telephone is in use.", "no network": "There is no network.", "no call": "There is no call.",
  "nothing rings": "Nothing rings.", invalid: "That will not do.", "unknown number": "Nobody has this number.",
  "left without a word": "left without a word", "hung up on hold": "hung up on hold", "gave up waiting": "gave up waiting",
  "said goodbye": "said goodbye", "was sent home": "was sent home", "was hung up on": "was hung up on",
  "never reached anybody": "never reached anybody", "was transferred": "was transferred",
  "read the card number while recorded": "read the card number while it was being recorded",
  "read the card number, and it was not recorded": "read the card number, and it was not recorded",
};
const ZH = {
  title: "客户电话", aloud: "朗读", add: "添加电话", other: "English",
  banner: "这是模拟器：不会接通真实电话。没有声音，所说的话以文字显示。",
  noKey: "请使用演示启动时显示的完整链接。",
  gone: "模拟器没有响应。它在运行吗？", stale: "模拟器已重新启动，请使用新显示的链接。",
  many: "电话已经够多了。", remove: "移除", removeThis: "移除电话 {number}",
  lose: "断开网络", telephone: "电话 {number}", parts: "电话 {number} 的功能",
  call: "通话", texts: "消息", unread: "{n} 条未读",
  idle: "未通话", noNetwork: "没有网络", noNetworkCall: "没有网络：对方听不到您",
  ringing: "正在呼叫 {with} …", rings: "{with} 来电", menu: "已接通", line: "排队等待中", hold: "保持中",
  record: "请在提示音后留言", talking: "正在与{people}通话", ended: "通话结束", busy: "忙线",
  refused: "无人接听", music: "♪ 正在播放音乐", ringtone: "正在响铃",
  captions: "通话内容", nothing: "还没有人说话。",
  agent: "坐席", partner: "同事", supervisor: "主管", somebody: "某人", you: "您", system: "语音提示",
  beep: "(提示音)", digits: "(按键音)", musicLine: "♪ (音乐)",
  to: "拨打号码", name: "显示的姓名", more: "来电显示", withheld: "隐藏我的号码",
  stir: "网络对我的号码的确认程度", stirNone: "不说明", dial: "拨打", answer: "接听", decline: "拒接",
  called: "来电时", when: "电话", "when-ring": "一直响铃，由您接听", "when-answer": "3 秒后自动接听",
  "when-voicemail": "3 秒后转到语音信箱", "when-busy": "忙线", "when-no-answer": "无人接听",
  hangup: "挂断", keypad: "拨号键盘", key: "按键 {key}", star: "星号", hash: "井号", sayLabel: "说话", say: "说出",
  keys: "也可以使用键盘上的 0–9、* 和 # 键。",
  channel: "方式", sms: "短信", whatsapp: "WhatsApp", textTo: "收件人", write: "内容", send: "发送",
  thread: "{channel}消息", noTexts: "还没有消息。", files: "{n} 个文件", at: "{time}",
  file: "文件", large: "文件不能超过 350 kB。",
  received: "已发送", delivered: "已收到", read: "已读",
  training: "脚本客户", trainingAbout: "他们拨打第一个号码，在菜单中选择，与接听的人交谈，失去耐心就挂断。",
  callIn: "让“{name}”来电", callers: "他们的通话", nobody: "还没有人来电。", dismiss: "让他们挂断",
  on: "通话中", over: "已结束", start: "来电",
  "in use": "电话正在使用。", "no network": "没有网络。", "no call": "没有通话。",
  "nothing rings": "没有来电。", invalid: "无法这样做。", "unknown number": "没有这个号码。",
  "left without a word": "一言不发地挂断", "hung up on hold": "保持时挂断", "gave up waiting": "放弃等待",
  "said goodbye": "道别后挂断", "was sent home": "被叫停", "was hung up on": "被挂断",
  "never reached anybody": "没有接通任何人", "was transferred": "已被转接",
  "read the card number while recorded": "在录音时念出了卡号",
  "read the card number, and it was not recorded": "念出了卡号，但没有被录音",
};
const asked = new URLSearchParams(location.search).get("language") ?? navigator.language;
export const language = asked.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";
const words = language === "en" ? EN : ZH;

/** The words for a key; {names} are filled in. */
export function word(key, filled = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => filled[name] ?? "");
}

/** The page's own words into their places. */
export function fillIn() {
  document.documentElement.lang = language;
  document.title = word("title");
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
}

/** An element with attributes, listeners (on...) and children. */
export function make(name, attributes = {}, ...children) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) one.addEventListener(key.slice(2), value);
    else if (value === true) one.setAttribute(key, "");
    else if (value !== false && value !== undefined) one.setAttribute(key, value);
  }
  one.append(...children);
  return one;
}
