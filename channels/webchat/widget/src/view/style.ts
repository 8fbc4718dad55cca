// The look, in one sheet of its own. `:host` is important throughout: then no rule of the page can win against it.

import { readableOn } from '../colour'
import type { Options } from '../options'

const LIGHT = '--page:#fff;--ink:#1b1f24;--quiet:#57606a;--line:#8c959f;--soft:#eef1f4;--alarm:#b3261e;--field:#fff;'
const DARK = '--page:#1b1f24;--ink:#f0f3f6;--quiet:#aab4be;--line:#7d8894;--soft:#2b323a;--alarm:#ff9a91;--field:#14181c;'

export function styleOf({ colour, side, theme }: Options): string {
  const tokens = theme === 'dark' ? DARK : LIGHT
  const night = theme === 'auto' ? `@media (prefers-color-scheme:dark){:host{${important(DARK)}}}` : ''
  const own = important(`--accent:${colour};--on-accent:${readableOn(colour)};${tokens}`)
  return `:host{all:initial!important;display:block!important;position:fixed!important;bottom:0!important;
${side}:0!important;z-index:2147483647!important;direction:ltr!important;${own}}${night}${SHEET}
.launcher{${side}:20px}.panel{${side}:20px}`
}

function important(declarations: string): string {
  return declarations.replaceAll(';', '!important;')
}

const SHEET = `
*{box-sizing:border-box}
section,.panel{font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:var(--ink);text-align:start}
[hidden]{display:none!important}
button,input,textarea{font:inherit;color:inherit;margin:0}
button{cursor:pointer;border:0;border-radius:8px;background:none;min-height:36px;padding:4px 12px}
button:disabled{cursor:default;opacity:.55}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px;box-shadow:0 0 0 2px var(--page)}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round;display:block}
.launcher{position:fixed;bottom:20px;width:56px;height:56px;border-radius:28px;padding:16px;background:var(--accent);
color:var(--on-accent);box-shadow:0 4px 14px rgb(0 0 0/.3)}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;
font-size:13px;line-height:22px;font-weight:600;text-align:center}
.panel{position:fixed;bottom:88px;width:376px;height:min(620px,calc(100dvh - 108px));display:flex;flex-direction:column;
background:var(--page);border:1px solid var(--line);border-radius:14px;overflow:hidden;box-shadow:0 10px 36px rgb(0 0 0/.28)}
header{display:flex;align-items:center;gap:8px;padding:8px 8px 8px 16px;background:var(--accent);color:var(--on-accent)}
h2{flex:1;margin:0;font-size:17px;line-height:1.3;font-weight:600;overflow-wrap:anywhere}
header :focus-visible{outline-color:var(--on-accent);box-shadow:none;outline-offset:-3px}
.icon{width:40px;height:40px;padding:8px;flex:none}
.standing{padding:8px 16px;background:var(--soft);font-size:14px}
.standing p{margin:0}
.standing .lost{font-weight:600}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:12px 16px;display:flex;flex-direction:column;gap:10px}
.row{max-width:85%;align-self:flex-start;display:flex;flex-direction:column;align-items:flex-start}
.row.in{align-self:flex-end;align-items:flex-end}
.bubble{padding:8px 12px;border-radius:14px;border-end-start-radius:4px;background:var(--soft);white-space:pre-wrap;
overflow-wrap:anywhere;max-width:100%;unicode-bidi:plaintext;text-align:start}
.in .bubble{background:var(--accent);color:var(--on-accent);border-radius:14px;border-end-end-radius:4px}
.bubble a{color:inherit;text-decoration:underline}
.meta{margin:2px 4px 0;font-size:12.5px;color:var(--quiet);overflow-wrap:anywhere}
.meta.alarm{color:var(--alarm)}
.row button{min-height:28px;padding:0 8px;font-size:13px;text-decoration:underline}
.file{display:block;max-width:100%;margin-top:4px;padding:6px 10px;border:1px solid currentColor;background:none;text-align:start;
overflow-wrap:anywhere}
.row .bubble .file{text-decoration:underline}
.file:has(img){padding:3px}
.file img{display:block;max-width:100%;max-height:220px;border-radius:6px}
.typing{min-height:22px;margin:0;padding:0 16px;font-size:13px;color:var(--quiet)}
form{display:flex;flex-direction:column;gap:12px;padding:16px;overflow-y:auto}
form p{margin:0}
label{display:flex;flex-direction:column;gap:4px;font-weight:600;font-size:14px}
label small{font-weight:400;color:var(--quiet);font-size:13px}
input,textarea{width:100%;padding:8px 10px;border:1px solid var(--line);border-radius:8px;background:var(--field);font-weight:400;
font-size:16px;resize:none}
textarea{min-height:44px;max-height:140px}
form textarea{min-height:110px}
[aria-invalid=true]{border:2px solid var(--alarm)}
.wrong{color:var(--alarm);font-weight:400;font-size:13px}
.main{background:var(--accent);color:var(--on-accent);font-weight:600;min-height:44px}
.composer{border-top:1px solid var(--line);padding:8px;display:flex;flex-direction:column;gap:6px}
.line{display:flex;align-items:flex-end;gap:4px}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chip{display:flex;align-items:center;gap:4px;padding:0 0 0 10px;border:1px solid var(--line);border-radius:8px;font-size:13px;max-width:100%;
overflow-wrap:anywhere}
.chip button{padding:4px;min-height:32px}
.chip svg{width:18px;height:18px}
.foot{display:flex;flex-wrap:wrap;gap:4px;align-items:center;padding:0 8px 6px}
.foot button{font-size:13px;color:var(--quiet);text-decoration:underline;min-height:32px;padding:2px 8px}
.foot strong{font-size:14px;padding:0 8px}
.dropping .log{outline:3px dashed var(--accent);outline-offset:-8px}
.panel.dropping::after{content:attr(data-drop);position:absolute;inset:auto 0 45%;text-align:center;font-weight:600}
@media (max-width:480px){.panel{inset:0!important;width:auto;height:100dvh;border:0;border-radius:0}section.open .launcher{display:none}}
@media (max-height:420px){.panel{inset:0 auto 0 auto;height:100dvh;bottom:0}section.open .launcher{display:none}}
@media (prefers-reduced-motion:no-preference){.panel{animation:rise .16s ease-out}@keyframes rise{from{transform:translateY(12px);opacity:.4}}}
@media (forced-colors:active){.bubble,.launcher,.main{border:1px solid}}
`
