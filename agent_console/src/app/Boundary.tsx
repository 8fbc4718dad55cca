// One failing part does not take the whole desk with it.
import { Component } from 'react'
import type { ReactNode } from 'react'
import { useT } from '../i18n'
import { Button } from '../shared'

interface Props {
  children: ReactNode
}

export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return <Broken onAgain={() => this.setState({ failed: false })} />
  }
}

function Broken({ onAgain }: { onAgain: () => void }) {
  const t = useT()
  return (
    <div className="blank" role="alert">
      <strong>{t('app.broken')}</strong>
      <p>{t('app.broken.what')}</p>
      <Button onPress={onAgain}>{t('app.show_again')}</Button>
    </div>
  )
}
