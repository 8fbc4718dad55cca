// Everything that the widget says.

export type Language = 'en' | 'zh-Hans'

const en = {
  title: 'Chat with us',
  open: 'Open the chat',
  openUnread: 'Open the chat, {n} unread',
  close: 'Close the chat window',
  intro: 'Write to us. If nobody is free, your message waits in line and is not lost.',
  name: 'Name',
  email: 'E-mail (optional)',
  emailWhy: 'So that we can answer even after you have left.',
  message: 'Message',
  start: 'Start chat',
  log: 'Conversation',
  you: 'You',
  agent: 'Agent',
  write: 'Write a message',
  send: 'Send',
  attach: 'Attach files',
  drop: 'Drop files here',
  remove: 'Remove {name}',
  uploading: 'sending …',
  typing: '{name} is typing …',
  waitingToSend: 'Waiting to be sent',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  notSent: 'Not sent: {why}',
  retry: 'Try again',
  edit: 'Edit',
  discard: 'Discard',
  connecting: 'Connecting …',
  offline: 'No connection. What you write is kept and sent when it is back.',
  place: 'You are number {n} in line.',
  wait: 'Eight of ten are answered within {time}.',
  minute: 'a minute',
  minutes: '{n} minutes',
  queued: 'Your message is in line. Somebody will be with you.',
  nobody: 'Nobody is here now. Your message is in line, and we answer here.',
  nobodyMail: 'Nobody is here now. Your message is in line, and we answer here or by e-mail.',
  active: '{name} is here for you.',
  ended: 'This chat has ended. If you write again, it goes on.',
  endChat: 'End chat',
  endSure: 'End this chat?',
  keepOn: 'Go on chatting',
  transcript: 'Save transcript',
  fresh: 'Your earlier chat could not be opened any more. This is a new one.',
  reference: 'Reference',
  missing: 'Please fill this in.',
  not_an_email: 'Please enter a valid e-mail address.',
  too_long: 'This is too long.',
  too_many: 'Too many at once.',
  too_large: 'The file is too large.',
  empty_file: 'The file is empty.',
  unknown_file: 'A file is no longer there. Please attach it again.',
  other: 'This could not be taken. ({code})',
  upload: '{name} could not be sent: {why}',
  network: 'no connection',
  gap: ' ',
}

export type Word = keyof typeof en

const zh: Record<Word, string> = {
  title: '在线客服',
  open: '打开聊天窗口',
  openUnread: '打开聊天窗口，{n} 条未读消息',
  close: '关闭聊天窗口',
  intro: '请留言。若暂时无人，您的消息会排队等候，不会丢失。',
  name: '姓名',
  email: '电子邮箱（选填）',
  emailWhy: '您离开后我们也能回复您。',
  message: '消息',
  start: '开始聊天',
  log: '对话',
  you: '您',
  agent: '客服',
  write: '输入消息',
  send: '发送',
  attach: '添加附件',
  drop: '将文件拖到此处',
  remove: '移除 {name}',
  uploading: '上传中…',
  typing: '{name} 正在输入…',
  waitingToSend: '等待发送',
  sent: '已发送',
  delivered: '已送达',
  read: '已读',
  notSent: '未发送：{why}',
  retry: '重试',
  edit: '修改',
  discard: '删除',
  connecting: '正在连接…',
  offline: '网络已断开。您输入的内容已保存，恢复后自动发送。',
  place: '您排在第 {n} 位。',
  wait: '十位访客中有八位在{time}内得到接待。',
  minute: '一分钟',
  minutes: ' {n} 分钟',
  queued: '您的消息已进入队列，很快会有人接待。',
  nobody: '当前无人在线。您的消息已排队，我们会在此回复。',
  nobodyMail: '当前无人在线。您的消息已排队，我们会在此或通过邮件回复。',
  active: '{name} 正在为您服务。',
  ended: '本次对话已结束。您再次留言即可继续。',
  endChat: '结束对话',
  endSure: '要结束本次对话吗？',
  keepOn: '继续对话',
  transcript: '保存聊天记录',
  fresh: '之前的对话已无法打开，现为新的对话。',
  reference: '编号',
  missing: '请填写此项。',
  not_an_email: '请输入有效的电子邮箱。',
  too_long: '内容过长。',
  too_many: '数量过多。',
  too_large: '文件过大。',
  empty_file: '文件为空。',
  unknown_file: '附件已失效，请重新添加。',
  other: '无法接收。（{code}）',
  upload: '{name} 未能上传：{why}',
  network: '网络已断开',
  gap: '',
}

const LANGUAGES: Record<Language, Record<Word, string>> = { en, 'zh-Hans': zh }

export type Say = (word: Word, values?: Record<string, string | number>) => string

export function speaker(language: Language): Say {
  return (word, values = {}) =>
    LANGUAGES[language][word].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** A code of the hub in words. */
export function why(say: Say, code: string): string {
  return code in en ? say(code as Word) : say('other', { code })
}

/** The first wish that we speak; English when there is none. */
export function chooseLanguage(wishes: readonly (string | undefined)[]): Language {
  for (const wish of wishes) {
    if (wish?.toLowerCase().startsWith('zh')) return 'zh-Hans'
    if (wish?.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}
