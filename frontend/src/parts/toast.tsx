// The place of one short remark at a time.
import { remark } from '../base/toast';
import './toast.css';

export function Toast() {
  return (
    <p class={remark.value ? 'toast toast-shown' : 'toast'} role="status">
      {remark.value}
    </p>
  );
}
