// Everything that can be done now, by typing.
import { useState } from 'react'
import * as Aria from 'react-aria-components'
import { ChannelGlyph, deskPath, isMac, keyLabel, useCommands, useDesk, useT, useWhere } from '../../shared'
import css from './Palette.module.css'

export interface Page {
  path: string
  name: string
}

export function Palette({ isOpen, onClose, pages }: { isOpen: boolean; onClose: () => void; pages: readonly Page[] }) {
  const t = useT()
  return (
    <Aria.ModalOverlay className="scrim" data-dialog="" isDismissable isOpen={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Aria.Modal className="dialog">
        <Aria.Dialog aria-label={t('palette.label')} className={css.palette}>
          <Entries pages={pages} onClose={onClose} />
        </Aria.Dialog>
      </Aria.Modal>
    </Aria.ModalOverlay>
  )
}

function Entries({ pages, onClose }: { pages: readonly Page[]; onClose: () => void }) {
  const t = useT()
  const { contains } = Aria.useFilter({ sensitivity: 'base' })
  const [text, setText] = useState('')
  const [, go] = useWhere()
  const commands = useCommands().filter((command) => command.id !== 'palette')
  const cards = useDesk((state) => Object.values(state.cards))
  const then = (act: () => void) => () => {
    onClose()
    requestAnimationFrame(act) // after the dialog has given the focus back
  }
  return (
    <Aria.Autocomplete filter={contains} inputValue={text} onInputChange={setText}>
      <Aria.SearchField aria-label={t('palette.search')} autoFocus>
        <Aria.Input className={css.input} placeholder={t('palette.search')} dir="auto" />
      </Aria.SearchField>
      <Aria.Menu className={css.menu} aria-label={t('palette.label')} renderEmptyState={() => <p className="blank">{t('palette.empty')}</p>}>
        <Group title={t('palette.do')}>
          {commands.map((command) => (
            <Item key={command.id} id={`do ${command.id}`} name={command.name} run={then(command.run)}>
              <Keys keys={command.keys} />
            </Item>
          ))}
        </Group>
        <Group title={t('palette.mine')}>
          {cards.map((card) => (
            <Item key={card.id} id={card.id} name={`${card.customer_name || t('inbox.unknown')} ${card.reference}`} run={then(() => go(deskPath(card.id)))}>
              <ChannelGlyph channel={card.channel} />
            </Item>
          ))}
        </Group>
        <Group title={t('palette.go')}>
          {pages.map((page) => <Item key={page.path} id={page.path} name={page.name} run={then(() => go(page.path))} />)}
          {text.trim() !== '' && (
            <Item id="find" name={t('palette.find', { text })} run={then(() => go(`/search?q=${encodeURIComponent(text.trim())}`))} />
          )}
        </Group>
      </Aria.Menu>
    </Aria.Autocomplete>
  )
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <Aria.MenuSection>
      <Aria.Header className="option-header">{title}</Aria.Header>
      {children}
    </Aria.MenuSection>
  )
}

function Item({ id, name, run, children }: { id: string; name: string; run: () => void; children?: React.ReactNode }) {
  return (
    <Aria.MenuItem id={id} textValue={name} onAction={run} className="option">
      <bdi className={css.name}>{name}</bdi>
      {children}
    </Aria.MenuItem>
  )
}

export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span className={css.keys}>
      {keys.map((key) => <kbd key={key}>{keyLabel(key, isMac())}</kbd>)}
    </span>
  )
}
