import { Dialog, useT } from '../../shared'

export function LogContactDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT()
  return (
    <Dialog title={t('nav.log_contact')} isOpen={isOpen} onClose={onClose}>
      {null}
    </Dialog>
  )
}
